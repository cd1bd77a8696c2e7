/**
 * The events of one conversation as the screen knows them, keyed by `seq`.
 *
 * The server may replace what it said: an attempt of a worker that did not become durable leaves events behind that the
 * next attempt overwrites. So what an answer holds from its `after` on is the whole truth about everything later.
 */

import type { ConversationEvent } from "../api/wire";

export interface Log {
  events: readonly ConversationEvent[];
  lastSeq: number;
}

export const EMPTY_LOG: Log = { events: [], lastSeq: 0 };

/** The log after an answer to `events?after=…`: what is known up to `after`, then exactly what came. */
export function splice(log: Log, after: number, came: readonly ConversationEvent[]): Log {
  const bySeq = new Map(log.events.filter((event) => event.seq <= after).map((event) => [event.seq, event]));
  for (const event of came) bySeq.set(event.seq, event);
  const events = [...bySeq.values()].sort((a, b) => a.seq - b.seq);
  return { events, lastSeq: events.at(-1)?.seq ?? 0 };
}

/** How many of the latest events are read again when the row changed but its `last_seq` did not grow. */
const REREAD = 20;

/** Where to read on from when the row says that it stands at `rowSeq`. */
export function readFrom(log: Log, rowSeq: number): number {
  return rowSeq > log.lastSeq ? log.lastSeq : Math.max(0, Math.min(rowSeq, log.lastSeq) - REREAD);
}
