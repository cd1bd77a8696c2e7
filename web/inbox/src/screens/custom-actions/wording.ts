/** Custom actions in words: fields, kinds, values that differ. */

import type { ActionKind, Difference, DifferenceValue, FieldType, MatchResult } from "../../api/actions";
import type { Priority } from "../../api/wire";

export const KINDS: Record<ActionKind, string> = {
  cancellation: "Cancellation",
  refund: "Refund",
  account_change: "Account change",
  human_request: "Asks for a person",
  frustration: "Frustration",
};

export const TYPES: Record<FieldType, string> = {
  text: "Text",
  email: "E-mail",
  phone: "Phone number",
  number: "Number",
  date: "Date",
  choice: "Choice",
  pattern: "Pattern",
};

export const PRIORITIES: Record<Priority, string> = { low: "Low", normal: "Normal", high: "High", urgent: "Urgent" };

const FIELDS: Record<string, string> = {
  name: "Name",
  kind: "Kind",
  enabled: "Switched on",
  use_when: "Use when",
  not_when: "Not when",
  "triggers.phrases": "Phrases",
  "triggers.examples": "Examples",
  "triggers.counterexamples": "Counterexamples",
  "triggers.button": "Button",
  confirmation: "Confirmation",
  fields: "Details",
  tags: "Tags",
  team: "Team",
  priority: "Priority",
  reply: "Reply",
};

const DETAIL_FIELDS: Record<string, string> = {
  label: "label",
  type: "type",
  prompt: "question",
  invalid: "words when invalid",
  required: "required",
  choices: "choices",
  pattern: "pattern",
  placeholder: "placeholder",
};

export function fieldName(field: string): string {
  const [, detail, part] = /^fields\.([^.]+)\.(.+)$/u.exec(field) ?? [];
  if (detail && part) return `Detail “${detail}”, ${DETAIL_FIELDS[part] ?? part}`;
  return FIELDS[field] ?? field;
}

export function valueWords(value: DifferenceValue): string {
  if (value === null || value === "" || (Array.isArray(value) && value.length === 0)) return "nothing";
  if (typeof value === "boolean") return value ? "yes" : "no";
  return Array.isArray(value) ? value.join(", ") : String(value);
}

/** A few words for a line: “Examples +2 −1, Priority”. */
export function summaryOf(differences: readonly Difference[]): string {
  return differences
    .map(({ field, added, removed }) =>
      [fieldName(field), added.length && `+${added.length}`, removed.length && `−${removed.length}`]
        .filter(Boolean)
        .join(" "),
    )
    .join(", ");
}

export interface Weighed {
  id: string;
  name: string;
  score: number;
  evidence: string;
  why: string;
  starts: boolean;
}

/** Everything that was weighed, the one that starts first. */
export function weighed(result: MatchResult): Weighed[] {
  const others = result.alternatives.map(({ action_id, action, score, evidence, why }) => ({
    id: action_id,
    name: action,
    score,
    evidence,
    why,
    starts: false,
  }));
  if (result.action === null || result.action_id === null) return others;
  const { action_id: id, action: name, score, evidence, why } = result;
  return [{ id, name, score, evidence, why, starts: true }, ...others];
}

/** Why one that reaches the threshold does not start, or how much it lacks. */
export function lack(one: Weighed, threshold: number): string {
  if (one.starts) return "";
  return one.score >= threshold ? "enough, but another one is asked for more" : `${points(threshold)} is needed`;
}

export function points(score: number): string {
  return String(Math.round(score * 100));
}
