/** What an agent does to a conversation: on the screen at once, taken back with a word when the server refuses. */

import { inbox } from "../api/inbox";
import { Problem } from "../api/client";
import type { Person, Row, Team } from "../api/wire";
import { useToasts } from "../parts/toast";
import { serverClock } from "../text/clock";
import { firstName, visitorName } from "../text/names";
import { ago } from "../text/times";
import { useLive } from "../live/live";
import type { Patch } from "../live/rows";

export interface Actions {
  /** Resolves to true when the conversation is mine. */
  takeOver(row: Row): Promise<boolean>;
  returnToAssistant(row: Row): Promise<boolean>;
  putBack(row: Row): Promise<boolean>;
  passToTeam(row: Row, team: Team): Promise<boolean>;
  passToAgent(row: Row, agent: Person): Promise<boolean>;
  retag(row: Row, add: string[], remove: string[]): Promise<boolean>;
  resolve(row: Row): Promise<boolean>;
}

const NO_WAIT = { waiting_since: null, deadline: null, target: null, opens_at: null };

export function useActions(): Actions {
  const { me, rows, logs } = useLive();
  const toasts = useToasts();
  const mine: Person = { id: me.id, name: me.name };

  async function act(row: Row, patch: Patch, send: () => Promise<unknown>, done = ""): Promise<boolean> {
    const pending = rows.patch(row.id, patch);
    try {
      await send();
      pending.keep();
      logs.touch(row.id);
      if (done) toasts.say(done);
      return true;
    } catch (error) {
      pending.drop();
      const problem = error instanceof Problem ? error : new Problem(0, "unknown", "That did not work.");
      explain(row, problem);
      void inbox.open(row.id).then(
        ({ context: _, ...now }) => {
          rows.put([now]);
          logs.touch(row.id);
        },
        () => undefined, // the stream will tell
      );
      return false;
    }
  }

  function explain(row: Row, problem: Problem): void {
    const owner = problem.extra.owner as Person | null | undefined;
    if ((problem.code === "already_claimed" || problem.code === "not_owner") && owner) {
      const now = rows.get(row.id);
      const when = now?.owner?.id === owner.id ? ago(now.changed_at, serverClock.now()) : "just now";
      toasts.say(`${firstName(owner.name)} took this ${when}`, `${visitorName(row.visitor)} is in good hands.`);
    } else if (problem.code === "conversation_resolved") {
      toasts.say("This is resolved already", "It reopens when the visitor writes.");
    } else if (problem.code === "unread") {
      toasts.say("Not resolved: there is a new message", `${visitorName(row.visitor)} wrote in this moment.`);
    } else {
      toasts.say("That did not work", problem.message);
    }
  }

  const name = (row: Row) => visitorName(row.visitor);
  return {
    takeOver: (row) => act(row, { state: "human_owned", owner: mine }, () => inbox.claim(row.id)),
    returnToAssistant: (row) =>
      act(
        row,
        { state: "ai_handling", owner: null, handoff: null, ...NO_WAIT },
        () => inbox.release(row.id, "assistant"),
        `The assistant answers ${name(row)} again`,
      ),
    putBack: (row) =>
      act(
        row,
        { state: "escalated", owner: null },
        () => inbox.release(row.id, "queue"),
        `${name(row)} is back in the queue`,
      ),
    passToTeam: (row, team) =>
      act(
        row,
        { state: "escalated", owner: null, team: { slug: team.slug, name: team.name } },
        () => inbox.transferToTeam(row.id, team.slug),
        `Passed ${name(row)} to ${team.name}`,
      ),
    passToAgent: (row, agent) =>
      act(
        row,
        { state: "human_owned", owner: agent },
        () => inbox.transferToAgent(row.id, agent.id),
        agent.id === me.id ? "" : `Passed ${name(row)} to ${firstName(agent.name)}`,
      ),
    retag: (row, add, remove) =>
      act(row, { tags: [...row.tags.filter((tag) => !remove.includes(tag)), ...add] }, () =>
        inbox.tag(row.id, add, remove),
      ),
    resolve: (row) => {
      const { log, status } = logs.get(row.id);
      if (status !== "ready") {
        // What is not on the screen yet may be what the visitor has just written.
        toasts.say("One moment", "This conversation is still being read.");
        void logs.read(row.id);
        return Promise.resolve(false);
      }
      return act(
        row,
        { state: "resolved", owner: null, ...NO_WAIT },
        () => inbox.resolve(row.id, log.lastSeq),
        `Resolved ${name(row)}`,
      );
    },
  };
}
