/** What the server refuses, at the fields that it refuses it for. */

import { Problem } from "./client";

/** What is wrong, by field: `name`, `fields.0.pattern`, … Empty for whatever belongs to no field in particular. */
export type Faults = Readonly<Record<string, string>>;

/** The server's refusal, by field. A list's entry is the list's fault; what belongs nowhere is said on top. */
export function faultsFrom(problem: unknown): Faults {
  if (!(problem instanceof Problem)) return { "": "That did not work. Please try again." };
  const errors = problem.extra.errors as { loc: (string | number)[]; msg: string }[] | undefined;
  if (!errors?.length) return { "": problem.message };
  const faults: Record<string, string> = {};
  for (const { loc, msg } of errors) {
    const field = fieldAt(loc.slice(1));
    faults[field] ??= sentence(msg);
  }
  return faults;
}

function fieldAt(path: readonly (string | number)[]): string {
  const details = path[0] === "fields" && typeof path[1] === "number";
  const end = path.findIndex((part, index) => typeof part === "number" && !(details && index === 1));
  return path.slice(0, end < 0 ? undefined : end).join(".");
}

function sentence(message: string): string {
  const words = message.replace(/^Value error, /u, "");
  return words.charAt(0).toUpperCase() + words.slice(1) + (/[.!?]$/u.test(words) ? "" : ".");
}
