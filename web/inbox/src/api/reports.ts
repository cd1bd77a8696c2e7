/** How long visitors waited for a person, as `/api/v1/reports/waits` tells it. Durations in seconds. */

import { request } from "./client";

export interface Spread {
  count: number;
  median_seconds: number | null;
  /** Nine of ten waited no longer. */
  p90_seconds: number | null;
}

export interface Targets {
  waits: number;
  judged: number;
  over: number;
  /** From 0 to 1; null where nothing is judged. */
  over_share: number | null;
}

export interface AlertFigures {
  count: number;
  per_handoff: number | null;
  failed: number;
  failed_share: number | null;
  nobody_there: number;
}

export interface Figures {
  handoffs: number;
  unasked: number;
  first_answer: Spread;
  /** Without the hours in which the team was closed. */
  first_answer_open: Spread;
  waits: Targets;
  first: Targets;
  further: Targets;
  answered: number;
  returned: number;
  resolved: number;
  running: number;
  alerts: AlertFigures;
}

export interface WaitsReport {
  since: string;
  until: string;
  time_zone: string;
  team: string;
  total: Figures;
  before: Figures;
  by_team: (Figures & { team: string })[];
  by_hour: (Figures & { hour: number })[];
  by_day: (Figures & { day: string })[];
}

/** Dates as in `2026-11-30`, both of them in it; `team` is a slug, empty for all. */
export interface Asked {
  from: string;
  to: string;
  time_zone: string;
  team: string;
}

export type By = "day" | "hour" | "team";

function search({ team, ...asked }: Asked): URLSearchParams {
  return new URLSearchParams(team ? { ...asked, team } : asked);
}

export const reports = {
  waits: (asked: Asked, signal?: AbortSignal) =>
    request<WaitsReport>("GET", `/reports/waits?${search(asked)}`, { signal }),
  /** Where the same can be downloaded as comma-separated values. */
  table: (asked: Asked, by: By) => `/api/v1/reports/waits.csv?${search(asked)}&by=${by}`,
};
