import { describe, expect, test } from "vitest";
import { durationMs } from "./duration";
import { formatWait, spokenWait, waitOf } from "./wait";

const START = "2026-03-02T09:00:00.000Z";
const DEADLINE = "2026-03-02T09:01:00.000Z";
const after = (seconds: number) => Date.parse(START) + seconds * 1000;

describe("a wait", () => {
  test("is nothing where nobody waits", () => {
    expect(waitOf(null, DEADLINE, after(10))).toBeNull();
  });

  test.each([
    [0, "calm", 0],
    [29, "calm", 29 / 60],
    [30, "soon", 0.5],
    [59, "soon", 59 / 60],
    [60, "late", 1],
    [600, "late", 1],
  ] as const)("after %i of 60 seconds is %s", (seconds, urgency, filled) => {
    expect(waitOf(START, DEADLINE, after(seconds))).toEqual({ elapsed: seconds * 1000, filled, urgency });
  });

  test("stays late when the deadline moves on to the next alert", () => {
    const next = "2026-03-02T09:03:00.000Z";
    expect(waitOf(START, next, after(61))?.urgency).toBe("calm");
    expect(waitOf(START, next, after(61), 60_000)?.urgency).toBe("late");
  });

  test("only counts where there is neither deadline nor target", () => {
    expect(waitOf(START, null, after(500))).toEqual({ elapsed: 500_000, filled: 0, urgency: "calm" });
  });

  test("never counts below zero", () => {
    expect(waitOf(START, DEADLINE, after(-5))?.elapsed).toBe(0);
  });
});

test.each([
  [0, "0:00", "0 seconds"],
  [1_000, "0:01", "1 second"],
  [42_900, "0:42", "42 seconds"],
  [725_000, "12:05", "12 minutes"],
  [3_840_000, "1 h 04", "1 hour"],
  [183_600_000, "2 d 3 h", "2 days"],
])("%i ms reads %s and sounds like %s", (ms, read, spoken) => {
  expect(formatWait(ms)).toBe(read);
  expect(spokenWait(ms)).toBe(spoken);
});

test.each([
  ["PT1M", 60_000],
  ["PT0.25S", 250],
  ["P1DT2H", 93_600_000],
  [90, 90_000],
  ["P", null],
  ["PT", null],
  ["soon", null],
])("the duration %s is %s ms", (duration, ms) => {
  expect(durationMs(duration)).toBe(ms);
});
