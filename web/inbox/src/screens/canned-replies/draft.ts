/** A canned reply while it is being written. */

import { type Faults, faultsFrom } from "../../api/faults";
import type { CannedReplyBody } from "../../api/canned-replies";
import { Problem } from "../../api/client";
import { VARIABLES, tokenOf, unknownIn } from "../../text/canned";

export const NEW: CannedReplyBody = { shortcut: "", title: "", text: "", team: "" };

export const LONGEST_TEXT = 4000;

/** What can be said before the server is asked. */
export function faultsOf({ shortcut, title, text }: CannedReplyBody): Faults {
  const faults: Record<string, string> = {};
  if (!title.trim()) faults.title = "Give it a title.";
  // An empty one follows from the title, once there is a title.
  if (title.trim() && !/^[a-z0-9][a-z0-9-]{0,59}$/u.test(shortcut)) {
    faults.shortcut = "Small letters, digits and hyphens, a letter or digit first.";
  }
  if (!text.trim()) faults.text = "Write what it says.";
  const unknown = unknownIn(text);
  if (unknown !== null) {
    const known = [...VARIABLES.map(({ name }) => name), "detail.<name>"].map(tokenOf).join(", ");
    faults.text = `There is no variable ${tokenOf(unknown)}. There are ${known}.`;
  }
  return faults;
}

/** The server's refusal to save it, by field. */
export function refusalOf(problem: unknown): Faults {
  const taken = problem instanceof Problem && problem.code === "exists";
  return taken ? { shortcut: problem.message } : faultsFrom(problem);
}

/** The text with something put in the place of what is selected, and where the caret is then. */
export function withInserted(text: string, piece: string, from: number, to: number): { text: string; caret: number } {
  return { text: text.slice(0, from) + piece + text.slice(to), caret: from + piece.length };
}
