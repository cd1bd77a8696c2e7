/** The admins' routes about webhooks and what was delivered to them. */

import { request } from "./client";

/** As much of a webhook as an admin writes. `slug` is what actions and service policies name it by. */
export interface WebhookBody {
  slug: string;
  name: string;
  url: string;
  /** Signed notices, or what Slack and its like take. */
  format: "standard" | "slack";
  enabled: boolean;
}

export type DeliveryStatus = "pending" | "delivered" | "failed";

export interface Webhook extends WebhookBody {
  id: string;
  /** Why the server switched it off; empty where it did not. */
  stopped_because: "" | "gone";
  created_at: string;
  /** Names of actions. */
  used_by: string[];
  /** Names of the teams whose service policies tell it; "default" for the policy of all others. */
  used_by_policies: string[];
  last_delivery: { at: string; status: DeliveryStatus } | null;
}

export interface WebhookWithSecret extends Webhook {
  secret: string;
  previous_secret_until: string | null;
}

export interface Attempt {
  number: number;
  at: string;
  status_code: number | null;
  outcome: string;
  duration_ms: number;
}

export interface Delivery {
  /** Its `webhook-id`: the same in every attempt. */
  id: string;
  type: string;
  conversation_id: string | null;
  action: string;
  status: DeliveryStatus;
  created_at: string;
  next_attempt_at: string | null;
  finished_at: string | null;
  attempts: Attempt[];
}

export interface DeliveryPage {
  items: Delivery[];
  next_cursor: string | null;
}

const one = (id: string, rest = "") => `/webhooks/${encodeURIComponent(id)}${rest}`;

export const webhookRoutes = {
  list: () => request<{ items: Webhook[] }>("GET", "/webhooks").then((answer) => answer.items),
  read: (id: string) => request<WebhookWithSecret>("GET", one(id)),
  create: (body: WebhookBody) => request<WebhookWithSecret>("POST", "/webhooks", { body }),
  replace: (id: string, { slug, name, url, format, enabled }: WebhookBody) =>
    request<WebhookWithSecret>("PUT", one(id), { body: { slug, name, url, format, enabled } }),
  remove: (id: string) => request<void>("DELETE", one(id)),
  rotate: (id: string) => request<WebhookWithSecret>("POST", one(id, "/rotate")),
  test: (id: string) => request<Delivery>("POST", one(id, "/test")),
  deliveries: (id: string, cursor: string, signal?: AbortSignal) =>
    request<DeliveryPage>("GET", one(id, `/deliveries?cursor=${encodeURIComponent(cursor)}`), { signal }),
  replay: (id: string, deliveryId: string) =>
    request<Delivery>("POST", one(id, `/deliveries/${encodeURIComponent(deliveryId)}/replay`)),
};
