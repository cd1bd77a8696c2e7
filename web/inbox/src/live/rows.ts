/**
 * Every row that the inbox has seen, newest version each, with what the agent has just done laid over it.
 *
 * Lists, counters and the thread's header all look here, so that a change shows everywhere at once: first as the
 * optimistic patch of a click, then as the server's answer, then as the row that the stream brings.
 */

import type { Row } from "../api/wire";

export type Patch = Partial<Row>;

/** Keeps a patch until the server has answered: `keep` makes it part of the row, `drop` takes it back. */
export interface PendingPatch {
  keep(): void;
  drop(): void;
}

export class RowStore {
  private readonly known = new Map<string, Row>();
  private readonly patches = new Map<string, Patch[]>();
  private readonly listeners = new Set<() => void>();
  private snapshot: ReadonlyMap<string, Row> = new Map();

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** All rows by id; the same object until something changes. */
  all = (): ReadonlyMap<string, Row> => this.snapshot;

  get(id: string): Row | undefined {
    return this.snapshot.get(id);
  }

  put(rows: readonly Row[]): void {
    let changed = false;
    for (const row of rows) {
      const before = this.known.get(row.id);
      if (before && Date.parse(row.changed_at) < Date.parse(before.changed_at)) continue;
      this.known.set(row.id, row);
      changed = true;
    }
    if (changed) this.publish();
  }

  patch(id: string, patch: Patch): PendingPatch {
    const pending = this.patches.get(id) ?? [];
    this.patches.set(id, [...pending, patch]);
    this.publish();
    const remove = () => {
      const rest = (this.patches.get(id) ?? []).filter((other) => other !== patch);
      if (rest.length) this.patches.set(id, rest);
      else this.patches.delete(id);
    };
    const before = this.known.get(id);
    return {
      keep: () => {
        remove();
        const row = this.known.get(id);
        // A row that the stream has brought meanwhile knows better than the guess.
        if (row && row === before) this.known.set(id, { ...row, ...patch });
        this.publish();
      },
      drop: () => {
        remove();
        this.publish();
      },
    };
  }

  private publish(): void {
    const next = new Map(this.known);
    for (const [id, patches] of this.patches) {
      const row = next.get(id);
      if (row)
        next.set(
          id,
          patches.reduce<Row>((patched, patch) => ({ ...patched, ...patch }), row),
        );
    }
    this.snapshot = next;
    for (const listener of this.listeners) listener();
  }
}
