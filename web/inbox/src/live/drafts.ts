/** What was begun and not sent, per conversation and kind; survives a look elsewhere and a reload. */

import type { Unsent } from "./outbox";

const keyOf = (conversationId: string, kind: Unsent["kind"]) => `chatref.draft.${kind}.${conversationId}`;

export function draftOf(conversationId: string, kind: Unsent["kind"]): string {
  return sessionStorage.getItem(keyOf(conversationId, kind)) ?? "";
}

export function keepDraft(conversationId: string, kind: Unsent["kind"], text: string): void {
  if (text) sessionStorage.setItem(keyOf(conversationId, kind), text);
  else sessionStorage.removeItem(keyOf(conversationId, kind));
}
