/** What tests need to say only in part. */

import type { CannedReply } from "../api/canned-replies";
import type { Attempt, Delivery, Webhook } from "../api/webhooks";
import type { ConversationEvent, EventData, Row } from "../api/wire";

export function aRow(part: Partial<Row> = {}): Row {
  return {
    id: "c-1",
    state: "ai_handling",
    owner: null,
    team: null,
    tags: [],
    priority: "normal",
    visitor: { id: "v-1", name: "", email: "", attributes: {}, identified: false },
    last_message: null,
    waiting_since: null,
    deadline: null,
    target: null,
    opens_at: null,
    handoff: null,
    details: [],
    last_seq: 1,
    created_at: "2026-03-02T09:00:00.000Z",
    changed_at: "2026-03-02T09:00:00.000Z",
    page: {},
    ...part,
  };
}

export function anEvent(seq: number, part: Partial<ConversationEvent> = {}): ConversationEvent {
  return {
    seq,
    id: `e-${seq}`,
    type: "message",
    at: "2026-03-02T09:00:00.000Z",
    author: { kind: "visitor", name: "" },
    text: `message ${seq}`,
    public: true,
    data: {},
    ...part,
  };
}

export function aTransition(data: EventData, part: Partial<ConversationEvent> = {}): ConversationEvent {
  return anEvent(1, { type: "transition", text: "", author: { kind: "system", name: "" }, data, ...part });
}

export function aWebhook(part: Partial<Webhook> = {}): Webhook {
  return {
    id: "w-1",
    slug: "crm",
    name: "CRM",
    url: "https://crm.example.com/chatref",
    format: "standard",
    enabled: true,
    stopped_because: "",
    created_at: "2026-03-02T09:00:00.000Z",
    used_by: [],
    used_by_policies: [],
    last_delivery: null,
    ...part,
  };
}

export function aDelivery(part: Partial<Delivery> = {}): Delivery {
  return {
    id: "d-1",
    type: "handoff.started",
    conversation_id: null,
    action: "",
    status: "pending",
    created_at: "2026-03-02T09:00:00.000Z",
    next_attempt_at: null,
    finished_at: null,
    attempts: [],
    ...part,
  };
}

export function anAttempt(part: Partial<Attempt> = {}): Attempt {
  return {
    number: 1,
    at: "2026-03-02T09:00:00.000Z",
    status_code: 200,
    outcome: "delivered",
    duration_ms: 85,
    ...part,
  };
}

export function aCannedReply(shortcut: string, part: Partial<CannedReply> = {}): CannedReply {
  return { id: `r-${shortcut}`, shortcut, title: "", text: "", team: "", ...part };
}
