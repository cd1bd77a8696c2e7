/** What the model has cost, in words and sums. */

import type { ModelUse } from "../api/wire";

export function totals(days: readonly ModelUse[]): ModelUse {
  return days.reduce(
    (sum, day) => ({
      requests: sum.requests + day.requests,
      input_tokens: sum.input_tokens + day.input_tokens,
      output_tokens: sum.output_tokens + day.output_tokens,
    }),
    { requests: 0, input_tokens: 0, output_tokens: 0 },
  );
}

const DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" });

/** A day of the server's (UTC), whatever the time is here. */
export function dayOf(day: string): string {
  return DAY.format(new Date(`${day}T00:00:00Z`));
}

const NUMBER = new Intl.NumberFormat();

/** Empty where no model was asked. */
export function costOf(use: ModelUse): string {
  if (use.requests === 0) return "";
  const tokens = use.input_tokens + use.output_tokens;
  return `${NUMBER.format(tokens)} tokens in ${use.requests === 1 ? "one request" : `${use.requests} requests`}`;
}
