/** Sources in words. */

import type { Source, SourceKind } from "../api/sources";
import { durationMs } from "./duration";

export const KIND_NAMES: Record<SourceKind, string> = {
  file: "File",
  url: "Web page",
  site: "Web site",
  text: "Text",
  qa: "Question and answer",
};

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

/** "42 of 120 pages" */
export function progressOf(source: Source): string {
  const { found, waiting } = source.progress;
  if (source.status === "pending" || found === 0) return "Waiting to be read";
  if (source.kind !== "site") return "Reading";
  return `${found - waiting} of ${counted(found, "page")}`;
}

/** What there is to know at rest, in the order in which one wants to know it. */
export function factsOf(source: Source): string[] {
  if (source.status === "failed" && source.passages === 0) return [KIND_NAMES[source.kind]];
  const facts: string[] = [];
  if (source.kind === "site") {
    const { read, unchanged } = source.progress;
    facts.push(
      unchanged > 0 ? `${counted(read, "page")} (${unchanged.toLocaleString("en")} unchanged)` : counted(read, "page"),
    );
  }
  facts.push(counted(source.passages, "passage"));
  if (source.kind === "site" && source.progress.found >= source.page_limit) {
    facts.push(`stopped at the limit of ${counted(source.page_limit, "page")}`);
  }
  if (source.every) facts.push(`read ${scheduleOf(source.every)}`);
  return facts;
}

/** What the owner chooses between; an empty one is none. */
const SCHEDULES = ["", "PT1H", "P1D", "P7D", "P30D"];

/** The choices for a source, with what it has now where that is another. */
export function schedulesWith(every: string | null): { value: string; label: string }[] {
  const values = SCHEDULES.includes(every ?? "") ? SCHEDULES : [...SCHEDULES, every ?? ""];
  return values.map((value) => ({ value, label: value ? capital(scheduleOf(value)) : "Only when I say so" }));
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const HOUR = 3_600_000;

/** "every day", from an ISO 8601 duration. */
export function scheduleOf(every: string): string {
  const hours = Math.round((durationMs(every) ?? 0) / HOUR);
  if (hours === 1) return "every hour";
  if (hours === 24) return "every day";
  if (hours === 24 * 7) return "every week";
  if (hours === 24 * 30) return "every month";
  return hours % 24 === 0 && hours > 0 ? `every ${hours / 24} days` : `every ${hours} hours`;
}

/** The part of an address that tells pages of one site apart. */
export function pathOfPage(url: string): string {
  try {
    const { pathname, search } = new URL(url);
    return decodeURI(pathname + search);
  } catch {
    return url;
  }
}
