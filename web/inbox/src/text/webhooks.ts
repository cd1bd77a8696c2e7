/** Webhooks and their deliveries in words. */

import type { Delivery, Webhook } from "../api/webhooks";
import { fromNow, longAgo } from "./times";

/** The choices of an action; a webhook that it names stays among them, whether it is known or not. */
export function webhookChoices(webhooks: readonly Webhook[], chosen: string): (readonly [string, string])[] {
  // A notice of a handoff is not for people to read: what takes Slack's format takes alerts only.
  const taking = webhooks.filter(({ slug, format }) => format !== "slack" || slug === chosen);
  const choices = taking.map(({ slug, name, enabled }) => [slug, enabled ? name : `${name} (switched off)`] as const);
  const known = chosen === "" || taking.some(({ slug }) => slug === chosen);
  return [["", "None"], ...choices, ...(known ? [] : [[chosen, chosen] as const])];
}

/** What tells it; empty where nothing does. */
export function toldBy({ used_by, used_by_policies }: Webhook): string {
  const policies = used_by_policies.map((name) =>
    name === "default" ? "the default service policy" : `the service policy of ${name}`,
  );
  const tellers = [...used_by, ...policies];
  return tellers.length > 0 ? `Told by ${tellers.join(", ")}` : "";
}

/** What a delivery tells of. */
export function subjectOf({ type, action }: Delivery): string {
  return type === "webhook.test" ? "Test" : action || "Handover";
}

/** Where a delivery stands; `beingSent` where an attempt was asked for and is not written down yet. */
export function standingOf(delivery: Delivery, beingSent: boolean, now: number): string {
  const { status, attempts, next_attempt_at } = delivery;
  const last = attempts.at(-1);
  if (beingSent || !last) return "Sending…";
  switch (status) {
    case "pending":
      return `Attempt ${last.number} failed: ${last.outcome}. Next try ${next_attempt_at ? soon(next_attempt_at, now) : "now"}`;
    case "delivered":
      return last.number === 1 ? "Delivered" : `Delivered at attempt ${last.number}`;
    case "failed":
      return last.number === 1 ? `Failed: ${last.outcome}` : `Failed after ${last.number} attempts: ${last.outcome}`;
  }
}

/** "now", "in 8 s", "in 4 min". */
function soon(at: string, now: number): string {
  const seconds = Math.ceil((Date.parse(at) - now) / 1000);
  return seconds > 0 && seconds < 60 ? `in ${seconds} s` : fromNow(at, now);
}

/** "85 ms", "1.2 s". */
export function took(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** How the newest notice fares, for a line in the list. */
export function lastNotice({ last_delivery }: Webhook, now: number): string {
  if (!last_delivery) return "Nothing sent yet";
  const { at, status } = last_delivery;
  if (status === "pending") return "A notice is on its way";
  return `Last notice ${status} ${longAgo(at, now)}`;
}

/** Whether it works, where that needs saying. */
export function stopped({ enabled, stopped_because }: Webhook): string {
  if (enabled) return "";
  return stopped_because === "gone"
    ? "Switched off, because the receiver answered 410 (gone)"
    : "Switched off: nothing is sent";
}
