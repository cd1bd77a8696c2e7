/** The inbox's routes, one function each. */

import { persist, request } from "./client";
import type { Agent, ConversationEvent, Counts, Me, OpenedConversation, Person, Row, Site, Team } from "./wire";

export interface ListQuery {
  view: string;
  sort: string;
  team?: string;
  tag?: string;
  q?: string;
  cursor?: string;
}

export interface RowPage {
  items: Row[];
  next_cursor: string | null;
}

const key = () => crypto.randomUUID();
const conversation = (id: string, rest = "") => `/conversations/${encodeURIComponent(id)}${rest}`;

/** A write that is safe to repeat: every attempt carries the same key. */
function write<T>(path: string, body: unknown): Promise<T> {
  const idempotencyKey = key();
  return persist(() => request<T>("POST", path, { body, idempotencyKey }));
}

export const inbox = {
  whoAmI: () => request<{ agent: Me }>("GET", "/session").then((answer) => answer.agent),
  signIn: (email: string, password: string) =>
    request<{ agent: Me }>("POST", "/session", { body: { email, password } }).then((answer) => answer.agent),
  signOut: () => request<void>("DELETE", "/session"),
  heartbeat: () => request<void>("POST", "/me/heartbeat"),
  setAvailable: (available: boolean) => request<void>("PUT", "/me/availability", { body: { available } }),

  counts: () => request<Counts>("GET", "/conversations/counts"),
  teams: () => request<{ items: Team[] }>("GET", "/teams").then((answer) => answer.items),
  agents: () => request<{ items: Agent[] }>("GET", "/agents").then((answer) => answer.items),
  sites: () => request<{ items: Site[] }>("GET", "/sites").then((answer) => answer.items),

  list: (query: ListQuery, signal?: AbortSignal) => {
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries(query) as [string, string | undefined][]) {
      if (value) parameters.set(name, value);
    }
    return request<RowPage>("GET", `/conversations?${parameters}`, { signal });
  },
  open: (id: string, signal?: AbortSignal) => request<OpenedConversation>("GET", conversation(id), { signal }),
  events: (id: string, after: number, signal?: AbortSignal) =>
    request<{ events: ConversationEvent[]; last_seq: number }>("GET", conversation(id, `/events?after=${after}`), {
      signal,
    }),

  claim: (id: string) => write<{ owner: Person }>(conversation(id, "/claim"), {}),
  release: (id: string, to: "assistant" | "queue") => write<void>(conversation(id, "/release"), { to }),
  transferToTeam: (id: string, team: string) => write<void>(conversation(id, "/transfer"), { team }),
  transferToAgent: (id: string, agent: string) => write<void>(conversation(id, "/transfer"), { agent }),
  tag: (id: string, add: string[], remove: string[]) => write<void>(conversation(id, "/tags"), { add, remove }),
  /** `seenSeq` is what was on the screen: nothing is closed over what the visitor wrote after it. */
  resolve: (id: string, seenSeq: number) => write<void>(conversation(id, "/resolve"), { seen_seq: seenSeq }),
  /** For the next minute, the stream has what the assistant writes there. */
  watch: (id: string) => request<void>("POST", conversation(id, "/watch")),
  typing: (id: string) => request<void>("POST", conversation(id, "/typing")),

  /** Not repeated here: the outbox does that, for as long as it takes. */
  say: (id: string, kind: "message" | "note", messageId: string, text: string) =>
    request<{ seq: number }>("POST", conversation(id, kind === "note" ? "/notes" : "/messages"), {
      body: { id: messageId, text },
      idempotencyKey: messageId,
    }),
};
