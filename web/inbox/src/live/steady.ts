/** Keeps a list still while the pointer is in it: rows change in their places, newcomers wait to be asked for. */

import type { Row } from "../api/wire";

export interface Steady {
  shown: readonly Row[];
  /** How many rows would appear among or above those that are shown. */
  fresh: number;
}

/**
 * `order` is the list now; `held` what it was when the pointer came, null when no pointer is there. What comes after the
 * last held row moves nothing and is shown at once.
 */
export function steady(order: readonly Row[], held: readonly string[] | null, all: ReadonlyMap<string, Row>): Steady {
  if (!held) return { shown: order, fresh: 0 };
  const kept = new Set(held);
  const lastKept = order.findLastIndex((row) => kept.has(row.id));
  const behind = order.filter((row, index) => index > lastKept && !kept.has(row.id));
  const fresh = order.filter((row, index) => index < lastKept && !kept.has(row.id)).length;
  const still = held.map((id) => all.get(id)).filter((row) => row !== undefined);
  return { shown: [...still, ...behind], fresh };
}
