/** Edits that hold back whoever would leave them behind, and the question whether to go all the same. Knows no browser. */

export class Departures {
  private readonly holds = new Set<symbol>();
  private readonly listeners = new Set<() => void>();
  private next: (() => void) | null = null;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Whether anything would be left behind. */
  held = (): boolean => this.holds.size > 0;

  /** Whether somebody is being asked now. */
  asking = (): boolean => this.next !== null;

  /** Nobody leaves unasked from here on; returns how to end that. */
  hold(): () => void {
    const one = Symbol();
    this.holds.add(one);
    this.publish();
    return () => {
      if (!this.holds.delete(one)) return;
      // Nothing is left to ask about: it was saved while the question stood.
      if (!this.held()) this.next = null;
      this.publish();
    };
  }

  /** Goes where nothing holds, and asks otherwise. Of several ways to go, the latest counts. */
  depart(go: () => void): void {
    if (!this.held()) return go();
    this.next = go;
    this.publish();
  }

  stay(): void {
    this.next = null;
    this.publish();
  }

  leave(): void {
    const go = this.next;
    this.holds.clear();
    this.next = null;
    this.publish();
    go?.();
  }

  private publish(): void {
    for (const listener of this.listeners) listener();
  }
}
