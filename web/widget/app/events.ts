/// The events of a conversation as this browser knows them, keyed by `seq`.

import type { ChatEvent } from "../shared/wire";

export class EventStore {
  private readonly bySeq = new Map<number, ChatEvent>();
  private sorted: ChatEvent[] = [];

  /// By `seq`, ascending.
  get all(): readonly ChatEvent[] {
    return this.sorted;
  }

  get lastSeq(): number {
    return this.sorted.at(-1)?.seq ?? 0;
  }

  /// Takes events in and returns those that are new. Where one has the `seq` of a different one, the server has replaced a lost
  /// attempt: what this browser knows from there on is void, and what is true follows.
  take(events: readonly ChatEvent[]): ChatEvent[] {
    const fresh: ChatEvent[] = [];
    for (const event of events) {
      const known = this.bySeq.get(event.seq);
      if (known && known.id !== event.id) {
        for (const seq of [...this.bySeq.keys()]) if (seq >= event.seq) this.bySeq.delete(seq);
      }
      for (const [seq, other] of this.bySeq) if (other.id === event.id && seq !== event.seq) this.bySeq.delete(seq);
      if (!this.bySeq.has(event.seq)) fresh.push(event);
      this.bySeq.set(event.seq, event);
    }
    this.sorted = [...this.bySeq.values()].sort((one, other) => one.seq - other.seq);
    return fresh;
  }

  clear(): void {
    this.bySeq.clear();
    this.sorted = [];
  }
}
