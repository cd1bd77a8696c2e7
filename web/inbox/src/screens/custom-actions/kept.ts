/** Drafts that are not saved yet; they survive a look elsewhere and a reload. */

import type { CustomAction } from "../../api/actions";

const keyOf = (actionId: string) => `chatref.action-draft.${actionId || "new"}`;

export function keptDraft(actionId: string): CustomAction | null {
  const kept = sessionStorage.getItem(keyOf(actionId));
  return kept ? (JSON.parse(kept) as CustomAction) : null;
}

export function keepDraft(actionId: string, draft: CustomAction | null): void {
  if (draft) sessionStorage.setItem(keyOf(actionId), JSON.stringify(draft));
  else sessionStorage.removeItem(keyOf(actionId));
}
