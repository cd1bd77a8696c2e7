/// Times in the visitor's own language of numbers; the words around them are in `strings`.

import { words } from "../shared/strings";

const MINUTE_S = 60;
const HOUR_S = 3_600;
const DAY_S = 86_400;

export const clock = (at: string): string =>
  new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" }).format(new Date(at));

export const exact = (at: string): string =>
  new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" }).format(new Date(at));

const dayOf = (date: Date): string => date.toDateString();

export const sameDay = (one: string, other: string): boolean => dayOf(new Date(one)) === dayOf(new Date(other));

export function day(at: string, now: Date = new Date()): string {
  const date = new Date(at);
  if (dayOf(date) === dayOf(now)) return words.today;
  const yesterday = new Date(now);
  yesterday.setDate(now.getDate() - 1);
  if (dayOf(date) === dayOf(yesterday)) return words.yesterday;
  return new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" }).format(date);
}

export function span(seconds: number): string {
  if (seconds < HOUR_S) return words.minutes(Math.max(1, Math.round(seconds / MINUTE_S)));
  if (seconds < DAY_S) return words.hours(Math.round(seconds / HOUR_S));
  return words.days(Math.round(seconds / DAY_S));
}

export function ago(at: string, now: number = Date.now()): string {
  const seconds = (now - Date.parse(at)) / 1000;
  return seconds < MINUTE_S ? words.justNow : words.ago(span(seconds));
}
