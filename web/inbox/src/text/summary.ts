import type { Handoff } from "../api/wire";

/** The words that caused a handoff, where they do not stand among what the visitor wants already; else empty. */
export function evidenceBeside({ evidence, summary }: Pick<Handoff, "evidence" | "summary">): string {
  const words = plain(evidence);
  return summary.wants.some((want) => plain(want).includes(words)) ? "" : evidence;
}

function plain(text: string): string {
  return text.replace(/\s+/gu, " ").trim().toLocaleLowerCase();
}
