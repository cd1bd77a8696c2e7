/** A webhook while it is being written. */

import { type Faults, faultsFrom } from "../../api/faults";
import { Problem } from "../../api/client";
import type { WebhookBody } from "../../api/webhooks";

export const NEW: WebhookBody = { slug: "", name: "", url: "", format: "standard", enabled: true };

/** From a name, what files and actions call it. */
export function slugOf(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/gu, "-")
    .slice(0, 60)
    .replace(/^-+|-+$/gu, "");
}

/** What can be said before the server is asked. */
export function faultsOf({ slug, name, url }: WebhookBody): Faults {
  const faults: Record<string, string> = {};
  if (!name.trim()) faults.name = "Give it a name.";
  if (!/^https?:\/\/[^\s/]/u.test(url))
    faults.url = "Write the whole address, such as https://crm.example.com/chatref.";
  // An empty one follows from the name, once there is a name.
  if (name.trim() && !/^[a-z0-9][a-z0-9-]{0,59}$/u.test(slug)) {
    faults.slug = "Small letters, digits and hyphens, a letter or digit first.";
  }
  return faults;
}

/** The server's refusal to save it, by field. */
export function refusalOf(problem: unknown): Faults {
  const ofTheSlug = problem instanceof Problem && (problem.code === "exists" || problem.code === "in_use");
  return ofTheSlug ? { slug: problem.message } : faultsFrom(problem);
}
