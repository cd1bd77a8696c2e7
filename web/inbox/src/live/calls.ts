/** Who has called this agent and was not seen yet: rung for again and again until then. Knows no browser. */

export interface CallsOptions {
  /** `again` is true where nobody new called. */
  ring(again: boolean): void;
  /** Whether to ring again at all; asked each time. */
  repeats(): boolean;
  everyMs(): number;
}

export class Calls {
  /** Names by conversation, whoever called last at the end. */
  private readonly unseen = new Map<string, string>();
  private readonly listeners = new Set<() => void>();
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly options: CallsOptions) {}

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** The name of whoever called last and was not seen; null where there is nobody. */
  latest = (): string | null => [...this.unseen.values()].at(-1) ?? null;

  /** Somebody waits: rings now. Who called before rings along, not in between. */
  add(conversationId: string, name: string): void {
    this.unseen.delete(conversationId);
    this.unseen.set(conversationId, name);
    this.options.ring(false);
    this.rest();
    this.timer = setInterval(() => {
      if (this.options.repeats()) this.options.ring(true);
    }, this.options.everyMs());
    this.publish();
  }

  /** The agent is here, and sees on the screen who waits. Returns whether anybody had not been seen. */
  seen(): boolean {
    if (this.unseen.size === 0) return false;
    this.unseen.clear();
    this.rest();
    this.publish();
    return true;
  }

  /** Those for whom `waits` does not hold call no longer. */
  settle(waits: (conversationId: string) => boolean): void {
    const gone = [...this.unseen.keys()].filter((id) => !waits(id));
    if (gone.length === 0) return;
    for (const id of gone) this.unseen.delete(id);
    if (this.unseen.size === 0) this.rest();
    this.publish();
  }

  private rest(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private publish(): void {
    for (const listener of this.listeners) listener();
  }
}
