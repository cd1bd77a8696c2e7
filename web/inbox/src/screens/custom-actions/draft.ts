/** An action while it is being written: made, changed, and checked. */

import type { CustomAction, DetailField } from "../../api/actions";
import type { Faults } from "../../api/faults";

export function newAction(): CustomAction {
  return {
    id: "",
    version: 1,
    name: "",
    kind: null,
    enabled: true,
    use_when: "",
    not_when: "",
    triggers: { phrases: [], examples: [], counterexamples: [], button: "", threshold: 0.5, model: true },
    confirmation: "",
    fields: [],
    tags: [],
    team: "",
    priority: "normal",
    reply: "",
    webhook: "",
  };
}

export function newDetail(others: readonly DetailField[]): DetailField {
  return {
    name: freeName("detail", others),
    label: "",
    type: "text",
    prompt: "",
    invalid: "",
    required: true,
    choices: [],
    pattern: "",
    placeholder: "",
  };
}

/** What a detail is called in data: from its label, in letters that every program can live with, and only once. */
export function nameOf(label: string, others: readonly DetailField[]): string {
  const plain = label
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/gu, "_")
    .replace(/^[_0-9]+|_+$/gu, "")
    .slice(0, 36);
  return freeName(plain || "detail", others);
}

function freeName(wanted: string, others: readonly DetailField[]): string {
  const taken = new Set(others.map((other) => other.name));
  let name = wanted;
  for (let number = 2; taken.has(name); number++) name = `${wanted}_${number}`;
  return name;
}

/** One entry per line, or per comma; blank ones and repetitions are none. */
export function entries(text: string, separator: "\n" | ","): string[] {
  return [...new Set(text.split(separator).map((entry) => entry.trim()))].filter(Boolean);
}

export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const others = list.filter((_, index) => index !== from);
  return [...others.slice(0, to), list[from]!, ...others.slice(to)];
}

export function sameAction(a: CustomAction, b: CustomAction): boolean {
  const plain = ({ version: _, ...action }: CustomAction) => JSON.stringify(action, Object.keys(flat(action)).sort());
  return plain(a) === plain(b);
}

/** Every key at any depth, which is what `JSON.stringify` wants as its order. */
function flat(value: object, found: Record<string, true> = {}): Record<string, true> {
  for (const [key, inner] of Object.entries(value)) {
    found[key] = true;
    if (inner && typeof inner === "object") flat(inner as object, found);
  }
  return found;
}

/** What can be said before the server is asked. */
export function faultsOf(action: CustomAction): Faults {
  const faults: Record<string, string> = {};
  if (!action.name.trim()) faults.name = "Give it a name.";
  const { phrases, examples, counterexamples } = action.triggers;
  for (const [field, lines] of Object.entries({ phrases, examples, counterexamples })) {
    const long = lines.find((line) => line.length > LONGEST_LINE);
    if (long) faults[`triggers.${field}`] = `A line has at most ${LONGEST_LINE} characters: “${long.slice(0, 40)}…”`;
  }
  if (action.tags.some((tag) => tag.length > 60)) faults.tags = "A tag has at most 60 characters.";
  action.fields.forEach((detail, index) => {
    const at = (key: string) => `fields.${index}.${key}`;
    if (!detail.label.trim()) faults[at("label")] = "Say what this is, for example “Order number”.";
    if (!detail.prompt.trim()) faults[at("prompt")] = "Write the question that the visitor is asked.";
    if (!/^[a-z][a-z0-9_]{0,39}$/u.test(detail.name)) {
      faults[at("name")] = "Small letters, digits and underscores, a letter first.";
    } else if (action.fields.findIndex((other) => other.name === detail.name) !== index) {
      faults[at("name")] = "Another detail has this name.";
    }
    if (detail.type === "choice" && detail.choices.length < 2) faults[at("choices")] = "Give at least two choices.";
    if (detail.type === "pattern" && !detail.pattern) faults[at("pattern")] = "Write the pattern that it has to match.";
  });
  return faults;
}

export const LONGEST_LINE = 500;

/** One change of a draft, at a path such as `triggers.examples`. */
export function withTriggers(action: CustomAction, change: Partial<CustomAction["triggers"]>): CustomAction {
  return { ...action, triggers: { ...action.triggers, ...change } };
}

export function withDetail(action: CustomAction, index: number, change: Partial<DetailField>): CustomAction {
  return { ...action, fields: action.fields.map((each, at) => (at === index ? { ...each, ...change } : each)) };
}
