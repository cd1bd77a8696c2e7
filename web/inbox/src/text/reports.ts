/** Reports in words and numbers: periods, durations, shares, and what is compared with what. */

export const PERIODS = ["today", "week", "month", "custom"] as const;
export type PeriodName = (typeof PERIODS)[number];

/** Dates as in `2026-11-30`; both are in the period. */
export interface Dates {
  from: string;
  to: string;
}

export const LONGEST_DAYS = 366;
const DAYS_BACK: Record<Exclude<PeriodName, "custom">, number> = { today: 0, week: 6, month: 29 };
const DAY_MS = 86_400_000;

/** The calendar's date where the clock shows `zone`. */
export function dateIn(zone: string, now: number): string {
  const parts = new Intl.DateTimeFormat("en", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
  const { year, month, day } = Object.fromEntries(parts.formatToParts(now).map(({ type, value }) => [type, value]));
  return `${year}-${month}-${day}`;
}

/** The date so many days later, by the calendar alone. */
export function plusDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10);
}

export function datesOf(period: Exclude<PeriodName, "custom">, today: string): Dates {
  return { from: plusDays(today, -DAYS_BACK[period]), to: today };
}

export function daysIn({ from, to }: Dates): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS) + 1;
}

/** What is wrong with dates that somebody chose; empty where nothing is. */
export function faultOf(dates: Dates): string {
  const days = daysIn(dates);
  if (Number.isNaN(days)) return "Choose both days.";
  if (days < 1) return "The first day has to come before the last.";
  return days > LONGEST_DAYS ? `${LONGEST_DAYS} days at most.` : "";
}

/** What the figures are compared with: "the 7 days before". */
export function beforeOf({ from, to }: Dates, today: string): string {
  const days = daysIn({ from, to });
  if (days > 1) return `the ${days} days before`;
  return to === today ? "yesterday by this time" : "the day before";
}

/** `42 s`, `3 min 5 s`, `2 h 04`, `1 d 3 h`: of something that is over. */
export function span(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${pad(minutes % 60)}` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export function share(part: number): string {
  const percent = part * 100;
  return `${percent > 0 && percent < 1 ? "<1" : Math.round(percent)}%`;
}

const WHOLE = new Intl.NumberFormat();
const TENTHS = new Intl.NumberFormat(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

export function count(number: number): string {
  return WHOLE.format(number);
}

export function mean(number: number): string {
  return TENTHS.format(number);
}

export function counted(number: number, one: string, many: string): string {
  return `${count(number)} ${number === 1 ? one : many}`;
}

/** A figure beside the one before, both as they are shown: "up from 2 min 10 s". Empty where there was none. */
export function compared(now: number | null, before: number | null, shown: (value: number) => string): string {
  if (now === null || before === null) return "";
  if (shown(now) === shown(before)) return "as before";
  return `${now > before ? "up" : "down"} from ${shown(before)}`;
}

const DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" });
const WHOLE_DAY = new Intl.DateTimeFormat(undefined, {
  weekday: "short",
  day: "numeric",
  month: "short",
  timeZone: "UTC",
});

/** "3 Mar" */
export function shortDay(date: string): string {
  return DAY.format(Date.parse(date));
}

/** "Tue, 3 Mar" */
export function longDay(date: string): string {
  return WHOLE_DAY.format(Date.parse(date));
}

/** "09:00" */
export function hourMark(hour: number): string {
  return `${pad(hour)}:00`;
}

/** "09:00 to 10:00" */
export function wholeHour(hour: number): string {
  return `${hourMark(hour)} to ${hourMark((hour + 1) % 24)}`;
}

const STEPS = [1, 5, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];
const MARKS = 5;

/** Where an axis of durations has its marks, in seconds: whole minutes and hours, from 0 to past the longest. */
export function durationMarks(longest: number): number[] {
  const last = STEPS.at(-1)!;
  const step = STEPS.find((each) => each * (MARKS - 1) >= longest) ?? Math.ceil(longest / (MARKS - 1) / last) * last;
  return marks(longest, step);
}

/** The same of whole numbers. */
export function countMarks(largest: number): number[] {
  const rough = Math.max(1, largest / (MARKS - 1));
  const size = 10 ** Math.floor(Math.log10(rough));
  return marks(
    largest,
    [1, 2, 5, 10].map((each) => each * size).find((each) => each >= rough)!,
  );
}

function marks(largest: number, step: number): number[] {
  const number = Math.max(1, Math.ceil(largest / step));
  return Array.from({ length: number + 1 }, (_, index) => index * step);
}

/** A mark of an axis: "30 s", "5 min", "2 h", "1 d". */
export function durationMark(seconds: number): string {
  if (seconds === 0) return "0";
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${tidy(seconds / 60)} min`;
  return seconds < 86_400 || seconds % 86_400 ? `${tidy(seconds / 3600)} h` : `${seconds / 86_400} d`;
}

/** Which of so many labels stand below an axis with room for `room`: every nth, evenly, from the first on. */
export function labelled(labels: number, room: number): (index: number) => boolean {
  const every = Math.max(1, Math.ceil(labels / Math.max(1, room)));
  return (index) => index % every === 0;
}

function tidy(number: number): number {
  return Math.round(number * 10) / 10;
}

function pad(number: number): string {
  return String(number).padStart(2, "0");
}
