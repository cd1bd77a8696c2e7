/** What tests need to say only in part. */

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
