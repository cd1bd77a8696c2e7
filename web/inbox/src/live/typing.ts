/** Who is typing where; each sign of it fades after a few seconds. */

import type { Author, TypingSignal } from "../api/wire";

const FADES_AFTER_MS = 5000;

export class TypingStore {
  private readonly writers = new Map<string, { author: Author; timer: ReturnType<typeof setTimeout> }>();
  private readonly listeners = new Set<() => void>();

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  get(conversationId: string): Author | null {
    return this.writers.get(conversationId)?.author ?? null;
  }

  take(signal: TypingSignal): void {
    clearTimeout(this.writers.get(signal.conversation_id)?.timer);
    const timer = setTimeout(() => this.stop(signal.conversation_id), FADES_AFTER_MS);
    this.writers.set(signal.conversation_id, { author: signal.author, timer });
    this.publish();
  }

  /** What they were typing has arrived. */
  stop(conversationId: string): void {
    const writer = this.writers.get(conversationId);
    if (!writer) return;
    clearTimeout(writer.timer);
    this.writers.delete(conversationId);
    this.publish();
  }

  private publish(): void {
    for (const listener of this.listeners) listener();
  }
}
