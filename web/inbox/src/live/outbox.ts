/**
 * What the agent has written and the server has not yet confirmed. Kept in the browser's storage, so that neither a lost
 * connection nor a reload loses a word; tried again with the id it was given first, so that nothing is said twice.
 */

import { Problem } from "../api/client";
import type { ConversationEvent } from "../api/wire";

export interface Unsent {
  id: string;
  conversationId: string;
  kind: "message" | "note";
  text: string;
  at: string;
  /** `sent`: the server has it; its event is on the way. */
  status: "sending" | "waiting" | "refused" | "sent";
  /** Why it was refused. */
  problem: string;
}

export type Say = (conversationId: string, kind: Unsent["kind"], id: string, text: string) => Promise<{ seq: number }>;

export interface OutboxOptions {
  say: Say;
  storage: Pick<Storage, "getItem" | "setItem">;
  storageKey: string;
  onSent?(item: Unsent): void;
  onRefused?(item: Unsent, problem: Problem): void;
  firstPauseMs?: number;
}

const LONGEST_PAUSE_MS = 15_000;

export class Outbox {
  private items: readonly Unsent[];
  private readonly listeners = new Set<() => void>();
  private readonly working = new Set<string>();
  private wakeUps = new Set<() => void>();
  private stopped = false;

  constructor(private readonly options: OutboxOptions) {
    this.items = restore(options.storage.getItem(options.storageKey));
  }

  /** Goes on with what an earlier page left unsent. */
  start(): void {
    this.stopped = false;
    for (const id of new Set(this.items.map((item) => item.conversationId))) void this.work(id);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  all = (): readonly Unsent[] => this.items;

  add(conversationId: string, kind: Unsent["kind"], text: string, at: string): Unsent {
    const item: Unsent = { id: crypto.randomUUID(), conversationId, kind, text, at, status: "sending", problem: "" };
    this.set([...this.items, item]);
    void this.work(conversationId);
    return item;
  }

  /** Try a refused one again, under its id. */
  retry(id: string): void {
    const item = this.items.find((other) => other.id === id);
    if (!item) return;
    this.update(id, { status: "sending", problem: "" });
    void this.work(item.conversationId);
    this.wake();
  }

  discard(id: string): void {
    this.set(this.items.filter((item) => item.id !== id));
  }

  /** The log holds these: they are sent, whatever became of the answers. */
  reconcile(events: readonly ConversationEvent[]): void {
    const ids = new Set(events.map((event) => event.id));
    if (this.items.some((item) => ids.has(item.id))) this.set(this.items.filter((item) => !ids.has(item.id)));
  }

  /** The connection is back: no reason to pause any longer. */
  wake(): void {
    const wakeUps = this.wakeUps;
    this.wakeUps = new Set();
    for (const resume of wakeUps) resume();
  }

  stop(): void {
    this.stopped = true;
    this.wake();
  }

  /** Sends a conversation's items in the order they were written, one at a time. */
  private async work(conversationId: string): Promise<void> {
    if (this.working.has(conversationId)) return;
    this.working.add(conversationId);
    let failures = 0;
    try {
      for (;;) {
        const item = this.items.find((other) => other.conversationId === conversationId && isOpen(other));
        if (!item || this.stopped) return;
        try {
          await this.options.say(conversationId, item.kind, item.id, item.text);
          failures = 0;
          this.options.onSent?.(item);
          this.update(item.id, { status: "sent" });
        } catch (error) {
          const problem = error instanceof Problem ? error : new Problem(0, "unknown", "This could not be sent.");
          if (problem.passing || problem.status === 401) {
            this.update(item.id, { status: "waiting" });
            await this.pause(problem.retryAfterMs, failures++);
          } else {
            this.update(item.id, { status: "refused", problem: problem.message });
            this.options.onRefused?.(item, problem);
          }
        }
      }
    } finally {
      this.working.delete(conversationId);
    }
  }

  private pause(retryAfterMs: number | null, failures: number): Promise<void> {
    const pause = Math.min(LONGEST_PAUSE_MS, (this.options.firstPauseMs ?? 800) * 2 ** failures);
    return new Promise((resolve) => {
      const timer = setTimeout(resume, retryAfterMs ?? pause);
      const wakeUps = this.wakeUps;
      function resume(): void {
        clearTimeout(timer);
        wakeUps.delete(resume);
        resolve();
      }
      wakeUps.add(resume);
    });
  }

  private update(id: string, change: Partial<Unsent>): void {
    this.set(this.items.map((item) => (item.id === id ? { ...item, ...change } : item)));
  }

  private set(items: readonly Unsent[]): void {
    this.items = items;
    this.options.storage.setItem(this.options.storageKey, JSON.stringify(items));
    for (const listener of this.listeners) listener();
  }
}

function isOpen(item: Unsent): boolean {
  return item.status === "sending" || item.status === "waiting";
}

function restore(text: string | null): readonly Unsent[] {
  try {
    const items = JSON.parse(text ?? "[]") as Unsent[];
    return items.filter((item) => item.status !== "sent");
  } catch {
    return []; // not ours, or of another time
  }
}
