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
  "triggers.threshold": "Needs a score of",
  "triggers.model": "The model may choose it",
  confirmation: "Confirmation",
  fields: "Details",
  tags: "Tags",
  team: "Team",
  priority: "Priority",
  reply: "Reply",
  webhook: "Webhook",
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
  threshold: number;
  evidence: string;
  why: string;
  starts: boolean;
}

/** Everything that was weighed, the one that starts first. */
export function weighed(result: MatchResult): Weighed[] {
  const others = result.alternatives.map(({ action_id, action, score, threshold, evidence, why }) => ({
    id: action_id,
    name: action,
    score,
    threshold,
    evidence,
    why,
    starts: false,
  }));
  if (result.action === null || result.action_id === null) return others;
  const { action_id: id, action: name, score, threshold, evidence, why } = result;
  return [{ id, name, score, threshold, evidence, why, starts: true }, ...others];
}

/** Why one that reaches its threshold does not start, or how much it lacks. */
export function lack(one: Weighed): string {
  if (one.starts) return `${points(one.threshold)} was needed`;
  return one.score >= one.threshold ? "enough, but another one goes first" : `${points(one.threshold)} is needed`;
}

/** How much it takes, in words; the scores between are an owner's who wrote them into a file. */
export const SENSITIVITIES: readonly (readonly [number, string])[] = [
  [0.2, "At the slightest sign: 20 of 100"],
  [0.35, "Rather too often than not: 35"],
  [0.5, "As soon as it is more likely than not: 50"],
  [0.7, "Rather too seldom: 70"],
  [0.85, "Only when there is hardly a doubt: 85"],
];

/** The choices of an editor, with the one that is set if it is none of them. */
export function sensitivities(threshold: number): (readonly [string, string])[] {
  const known = SENSITIVITIES.some(([value]) => value === threshold);
  const all = known ? SENSITIVITIES : [...SENSITIVITIES, [threshold, `From ${points(threshold)} of 100 on`] as const];
  return [...all].sort(([a], [b]) => a - b).map(([value, words]) => [String(value), words] as const);
}

export function points(score: number): string {
  return String(Math.round(score * 100));
}
