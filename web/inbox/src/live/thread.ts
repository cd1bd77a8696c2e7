/** What a thread shows: the log and what is still unsent, in days, with the same voice grouped and alerts folded. */

import type { ConversationEvent, Detail, Row } from "../api/wire";
import { sameDay } from "../text/times";
import { assistantHas } from "./answers";
import type { Log } from "./log";
import type { Unsent } from "./outbox";

export type ThreadItem =
  | { kind: "day"; key: string; at: string }
  | { kind: "message"; key: string; event: ConversationEvent; startsGroup: boolean }
  | { kind: "note"; key: string; event: ConversationEvent }
  | { kind: "happening"; key: string; event: ConversationEvent; times: number }
  | { kind: "unsent"; key: string; unsent: Unsent };

const GROUP_PAUSE_MS = 5 * 60_000;

export function threadItems(log: Log, unsent: readonly Unsent[]): ThreadItem[] {
  const items: ThreadItem[] = [];
  const known = new Set<string>();
  let previous: ConversationEvent | null = null;
  for (const event of log.events) {
    known.add(event.id);
    if (onlyForWhy(event)) continue;
    if (!previous || !sameDay(previous.at, event.at))
      items.push({ kind: "day", key: `day ${event.seq}`, at: event.at });
    const last = items.at(-1);
    if (event.type === "message") {
      items.push({ kind: "message", key: event.id, event, startsGroup: !continues(last, event) });
    } else if (event.type === "note") {
      items.push({ kind: "note", key: event.id, event });
    } else if (last?.kind === "happening" && tellTheSame(last.event, event)) {
      items[items.length - 1] = { ...last, event, times: last.times + 1 };
    } else {
      items.push({ kind: "happening", key: event.id, event, times: 1 });
    }
    previous = event;
  }
  for (const item of unsent) {
    // Same key as the event to come, so that the bubble on the screen stays the same one.
    if (!known.has(item.id)) items.push({ kind: "unsent", key: item.id, unsent: item });
  }
  return items;
}

/** What became of an alert on its other channels stands under *Why did this happen?*; who was called is said once. */
function onlyForWhy({ type, data }: ConversationEvent): boolean {
  return type === "alert" && data.audience !== "visitor" && (data.channel ?? "inbox") !== "inbox";
}

/** Two alerts that went to the same people and came to the same. */
function tellTheSame(one: ConversationEvent, other: ConversationEvent): boolean {
  if (one.type !== "alert" || other.type !== "alert") return false;
  const { audience, agent, team, outcome } = one.data;
  const { data } = other;
  return audience === data.audience && agent === data.agent && team === data.team && outcome === data.outcome;
}

function continues(last: ThreadItem | undefined, event: ConversationEvent): boolean {
  if (last?.kind !== "message") return false;
  const { author, at } = last.event;
  return (
    author.kind === event.author.kind &&
    author.id === event.author.id &&
    Date.parse(event.at) - Date.parse(at) < GROUP_PAUSE_MS
  );
}

export interface DetailLine {
  label: string;
  /** Empty: asked for and not given. */
  value: string;
  verified: boolean;
}

/** The details card: what was given, and what the assistant asked for in vain. */
export function detailLines(given: readonly Detail[], events: readonly ConversationEvent[]): DetailLine[] {
  const lines = new Map<string, DetailLine>();
  for (const event of events) {
    for (const field of event.data.form ?? []) {
      if (!lines.has(field.name)) lines.set(field.name, { label: field.label, value: "", verified: false });
    }
  }
  for (const detail of given) lines.set(detail.name, detail);
  return [...lines.values()];
}

/** The assistant is writing from the visitor's message until its own next one, while it is the one who answers. */
export function assistantIsWriting(row: Row, log: Log): boolean {
  if (!assistantHas(row)) return false;
  const last = log.events.findLast((event) => event.type === "message" || event.type === "transition");
  return last?.author.kind === "visitor" && last.type === "message";
}
