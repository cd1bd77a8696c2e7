/** Answers of the assistant in the making, of the conversations that are watched; each fades when it is not repeated. */

import type { DraftSignal, Row } from "../api/wire";
import type { Log } from "./log";

/** The server repeats a draft every two seconds. One that it does not repeat has lost its writer. */
const FADES_AFTER_MS = 8000;

export class AnswerStore {
  private readonly drafts = new Map<string, { draft: DraftSignal; timer: ReturnType<typeof setTimeout> }>();
  private readonly listeners = new Set<() => void>();

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  get(conversationId: string): DraftSignal | null {
    return this.drafts.get(conversationId)?.draft ?? null;
  }

  take(draft: DraftSignal): void {
    const known = this.drafts.get(draft.conversation_id);
    // An earlier answer that is called off says so late: by then the next one may be on its way.
    if (known && draft.answers_seq < known.draft.answers_seq) return;
    clearTimeout(known?.timer);
    const timer = setTimeout(() => this.drop(draft.conversation_id), FADES_AFTER_MS);
    this.drafts.set(draft.conversation_id, { draft, timer });
    this.publish();
  }

  private drop(conversationId: string): void {
    this.drafts.delete(conversationId);
    this.publish();
  }

  private publish(): void {
    for (const listener of this.listeners) listener();
  }
}

/**
 * What is shown of a draft: all of it, while the assistant has the conversation and nothing newer was said. The row knows
 * first of a person or of a newer question; but the draft stays until the log holds the answer, so that nothing jumps.
 */
export function draftShown(draft: DraftSignal | null, row: Row, log: Log): string {
  if (!draft || !assistantHas(row)) return "";
  const { last_message: last } = row;
  if (last?.author.kind === "visitor" && last.seq !== draft.answers_seq) return "";
  const answered = log.events.some(({ type, seq }) => type === "message" && seq > draft.answers_seq);
  return answered ? "" : draft.text;
}

export function assistantHas(row: Row): boolean {
  return row.state === "ai_handling" || row.state === "collecting_details";
}
