/** Custom actions on the wire, and their routes. */

import { request } from "./client";
import type { Priority } from "./wire";

export type ActionKind = "cancellation" | "refund" | "account_change" | "human_request" | "frustration";
export type FieldType = "text" | "email" | "phone" | "number" | "date" | "choice" | "pattern";

export interface DetailField {
  name: string;
  label: string;
  type: FieldType;
  prompt: string;
  invalid: string;
  required: boolean;
  choices: string[];
  pattern: string;
  placeholder: string;
}

export interface Triggers {
  phrases: string[];
  examples: string[];
  counterexamples: string[];
  button: string;
  threshold: number;
  model: boolean;
}

export interface CustomAction {
  id: string;
  version: number;
  name: string;
  kind: ActionKind | null;
  enabled: boolean;
  use_when: string;
  not_when: string;
  triggers: Triggers;
  confirmation: string;
  fields: DetailField[];
  tags: string[];
  team: string;
  priority: Priority;
  reply: string;
  /** A webhook's slug; empty for none. */
  webhook: string;
}

export type DifferenceValue = string | number | boolean | string[] | null;

export interface Difference {
  field: string;
  before: DifferenceValue;
  after: DifferenceValue;
  added: string[];
  removed: string[];
}

export interface ActionVersion {
  version: number;
  created_at: string;
  deleted: boolean;
  action: CustomAction;
  differences: Difference[];
}

export interface PlannedAction {
  id: string;
  name: string;
  differences: Difference[];
}

export interface ActionPlan {
  basis: string;
  created: PlannedAction[];
  changed: PlannedAction[];
  deleted: PlannedAction[];
  unchanged: PlannedAction[];
  order: string[];
}

export interface Candidate {
  action: string;
  action_id: string;
  score: number;
  threshold: number;
  evidence: string;
  why: string;
}

export interface MatchResult {
  action: string | null;
  action_id: string | null;
  score: number;
  threshold: number;
  evidence: string;
  why: string;
  alternatives: Candidate[];
}

/** As much of an action as decides whether it starts. The server calls one without an id "new". */
export interface TriedDraft {
  id: string;
  name: string;
  kind: ActionKind | null;
  triggers: Triggers;
}

const one = (id: string, rest = "") => `/actions/${encodeURIComponent(id)}${rest}`;

export const actionRoutes = {
  list: () => request<{ items: CustomAction[] }>("GET", "/actions").then((answer) => answer.items),
  create: (body: CustomAction) => request<CustomAction>("POST", "/actions", { body }),
  replace: (body: CustomAction) => request<CustomAction>("PUT", one(body.id), { body }),
  remove: (id: string) => request<void>("DELETE", one(id)),
  arrange: (ids: string[]) =>
    request<{ items: CustomAction[] }>("POST", "/actions/order", { body: { ids } }).then((answer) => answer.items),
  versions: (id: string) =>
    request<{ items: ActionVersion[] }>("GET", one(id, "/versions")).then((answer) => answer.items),
  teach: (id: string, text: string, shouldStart: boolean) =>
    request<CustomAction>("POST", one(id, "/examples"), { body: { text, should_start: shouldStart } }),
  match: (text: string, draft?: TriedDraft, signal?: AbortSignal) =>
    request<MatchResult>("POST", "/actions/match", { body: { text, draft }, signal }),
  plan: (yaml: string) => request<ActionPlan>("POST", "/actions/plan", { body: { yaml } }),
  apply: (yaml: string, basis: string) => request<ActionPlan>("POST", "/actions/apply", { body: { yaml, basis } }),
  exportAddress: "/api/v1/actions/export",
};
