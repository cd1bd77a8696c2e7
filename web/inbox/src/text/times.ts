/** Moments in words: relative in lists, exact on hover. */

import { spokenWait } from "./wait";

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "long" });
const dayOfYear = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const shortDay = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

const midnight = (at: number) => new Date(at).setHours(0, 0, 0, 0);
/** Rounded, because a day is 23 or 25 hours long twice a year. */
const daysBetween = (earlier: number, later: number) => Math.round((midnight(later) - midnight(earlier)) / 86_400_000);

export function timeOfDay(at: string): string {
  return clock.format(Date.parse(at));
}

/** What the clock shows where somebody else is, with the day where it is another than here: "14:05", "Sat 14:05". */
export function timeThere(zone: string, now: number): string | undefined {
  if (!zone) return undefined;
  const day = (timeZone?: string) => new Intl.DateTimeFormat("en", { timeZone, dateStyle: "short" }).format(now);
  try {
    const weekday = day(zone) === day() ? undefined : "short";
    const parts = { timeZone: zone, hour: "numeric", minute: "2-digit", weekday } as const;
    return new Intl.DateTimeFormat(undefined, parts).format(now);
  } catch {
    // The visitor's browser knew it, this one does not.
    return undefined;
  }
}

export function exactTime(at: string): string {
  return exact.format(Date.parse(at));
}

/** "now", "4 min", "3 h", "yesterday", "12 Mar". */
export function shortAge(at: string, now: number): string {
  const then = Date.parse(at);
  const seconds = Math.max(0, Math.floor((now - then) / 1000));
  if (seconds < 60) return "now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 12 * 3600 || daysBetween(then, now) === 0) return `${Math.floor(seconds / 3600)} h`;
  return daysBetween(then, now) === 1 ? "yesterday" : shortDay.format(then);
}

/** The same in a sentence: "just now", "4 min ago", "yesterday", "12 Mar". */
export function longAgo(at: string, now: number): string {
  const age = shortAge(at, now);
  return age === "now" ? "just now" : /\d (?:min|h)$/u.test(age) ? `${age} ago` : age;
}

/** "now", "in 4 min", "in 3 h", "in 6 days". */
export function fromNow(at: string, now: number): string {
  const minutes = Math.ceil((Date.parse(at) - now) / 60_000);
  if (minutes <= 0) return "now";
  if (minutes < 60) return `in ${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `in ${hours} h` : `in ${Math.round(hours / 24)} days`;
}

/** "just now", "2 seconds ago". */
export function ago(at: string, now: number): string {
  const elapsed = now - Date.parse(at);
  return elapsed < 1500 ? "just now" : `${spokenWait(elapsed)} ago`;
}

/** "Today", "Yesterday", "Monday, March 3". */
export function dayName(at: string, now: number): string {
  const days = daysBetween(Date.parse(at), now);
  return days === 0 ? "Today" : days === 1 ? "Yesterday" : dayOfYear.format(Date.parse(at));
}

/** "Monday, 09:00"; with the date where it is a week and more away, then or since. */
export function dayAndTime(at: string, now: number): string {
  const then = Date.parse(at);
  const day = Math.abs(daysBetween(then, now)) < 7 ? weekday : dayOfYear;
  return `${day.format(then)}, ${clock.format(then)}`;
}

export function sameDay(a: string, b: string): boolean {
  return midnight(Date.parse(a)) === midnight(Date.parse(b));
}
