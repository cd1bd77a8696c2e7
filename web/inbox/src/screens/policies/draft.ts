/** A service policy while it is being written: durations in minutes, hours as one line for each day. */

import { type Faults } from "../../api/faults";
import type { Hours, LadderAudience, OfficeHours, Policy, Weekday } from "../../api/policies";
import { durationMs } from "../../text/duration";

export const DAYS: readonly Weekday[] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/** The durations of a policy that are written in minutes, and what they are called. */
export const MINUTES = {
  first_response: "First answer within",
  next_response: "Each further answer within",
  owner_answers_within: "Remind the owner after",
  owner_grace: "Back to the queue after another",
  repeat_every: "Repeat after",
  repeat_at_most: "At the latest every",
} as const;
export type MinutesField = keyof typeof MINUTES;

export interface StepDraft {
  after: string;
  audience: LadderAudience;
  channels: string[];
  say: string;
}

/** `days` are lines like `09:00-12:00, 13:00-17:00`, empty for closed; `holidays` one line each, `2026-12-25 Christmas`. */
export interface HoursDraft {
  time_zone: string;
  days: Record<Weekday, string>;
  holidays: string[];
}

export interface Draft {
  minutes: Record<MinutesField, string>;
  at_once: string[];
  ladder: StepDraft[];
  fallback_team: string;
  hours: HoursDraft | null;
  closed_text: string;
  nobody_text: string;
}

export function minutesOf(duration: string | number): string {
  return String(Math.round((durationMs(duration) ?? 0) / 60) / 1000);
}

const NINE_TO_FIVE = "09:00-17:00";

/** What office hours begin with when they are switched on. */
export function usualHours(time_zone: string): HoursDraft {
  const days = Object.fromEntries(DAYS.map((day, index) => [day, index < 5 ? NINE_TO_FIVE : ""]));
  return { time_zone, days: days as Record<Weekday, string>, holidays: [] };
}

export function draftOf(policy: Policy): Draft {
  const names = Object.keys(MINUTES) as MinutesField[];
  return {
    minutes: Object.fromEntries(names.map((name) => [name, minutesOf(policy[name])])) as Record<MinutesField, string>,
    at_once: policy.at_once,
    ladder: policy.ladder.map((step) => ({ ...step, after: minutesOf(step.after) })),
    fallback_team: policy.fallback_team,
    hours: policy.office_hours && hoursOf(policy.office_hours),
    closed_text: policy.closed_text,
    nobody_text: policy.nobody_text,
  };
}

/** The whole policy with what the draft says. Only for a draft without faults. */
export function policyOf(draft: Draft, known: Policy): Policy {
  const seconds = Object.entries(draft.minutes).map(([name, minutes]) => [name, Number(minutes) * 60]);
  return {
    ...known,
    ...(Object.fromEntries(seconds) as Record<MinutesField, number>),
    at_once: draft.at_once,
    ladder: draft.ladder.map((step) => ({ ...step, after: Number(step.after) * 60 })),
    fallback_team: draft.fallback_team,
    office_hours: draft.hours && {
      time_zone: draft.hours.time_zone,
      shifts: DAYS.flatMap((day) => (spansOf(draft.hours!.days[day]) ?? []).map((span) => ({ day, ...span }))),
      holidays: draft.hours.holidays.flatMap((line) => holidayOf(line) ?? []),
    },
    closed_text: draft.closed_text,
    nobody_text: draft.nobody_text,
  };
}

/** What can be said before the server is asked, by where it stands. */
export function faultsOf(draft: Draft): Faults {
  const faults: Record<string, string> = {};
  for (const [name, minutes] of Object.entries(draft.minutes)) {
    if (!(Number(minutes) > 0)) faults[name] = "More than 0 minutes.";
  }
  draft.ladder.forEach((step, index) => {
    const before = Number(draft.ladder[index - 1]?.after ?? 0);
    if (!(Number(step.after) > before)) {
      faults[`ladder.${index}`] = index === 0 ? "More than 0 minutes." : "Later than the step before.";
    }
  });
  if (draft.hours) {
    for (const day of DAYS) {
      if (spansOf(draft.hours.days[day]) === null) faults[day] = "Write hours as 09:00-17:00, with commas between.";
    }
    if (DAYS.every((day) => !draft.hours!.days[day].trim())) faults.monday = "A team has to be there at some time.";
    if (draft.hours.holidays.some((line) => holidayOf(line) === null)) {
      faults.holidays = "One a line: 2026-12-25 Christmas, or 2026-12-24 09:00-12:00 for shorter hours.";
    }
  }
  return faults;
}

const SPAN = /^(\d\d:\d\d)\s*[-–]\s*(\d\d:\d\d)$/u;
const HOLIDAY = /^(\d{4}-\d\d-\d\d)\s*(.*)$/u;

/** The hours of one line; null where they cannot be read. */
export function spansOf(line: string): Hours[] | null {
  const parts = line.split(",").map((part) => part.trim());
  if (parts.length === 1 && parts[0] === "") return [];
  const spans = parts.map((part) => SPAN.exec(part));
  if (spans.some((span) => !span || span[1]! >= span[2]!)) return null;
  return spans.map((span) => ({ opens: span![1]!, closes: span![2]! }));
}

function holidayOf(line: string) {
  const found = HOLIDAY.exec(line.trim());
  if (!found || Number.isNaN(Date.parse(found[1]!))) return null;
  const rest = found[2]!.trim();
  const hours = spansOf(rest);
  return hours ? { on: found[1]!, name: "", hours } : { on: found[1]!, name: rest.slice(0, 100), hours: [] };
}

function lineOf(spans: readonly Hours[]): string {
  return spans.map(({ opens, closes }) => `${opens}-${closes}`).join(", ");
}

function hoursOf({ time_zone, shifts, holidays }: OfficeHours): HoursDraft {
  const days = Object.fromEntries(DAYS.map((day) => [day, lineOf(shifts.filter((shift) => shift.day === day))]));
  return {
    time_zone,
    days: days as Record<Weekday, string>,
    holidays: holidays.map(({ on, name, hours }) => `${on} ${hours.length > 0 ? lineOf(hours) : name}`.trim()),
  };
}
