import { describe, expect, test } from "vitest";
import { durationMs } from "./duration";
import { type Waiting, formatWait, spokenWait, waitOf } from "./wait";

const START = "2026-03-02T09:00:00.000Z";
const DUE = "2026-03-02T09:01:00.000Z";
const after = (seconds: number) => Date.parse(START) + seconds * 1000;
const row: Waiting = { waiting_since: START, deadline: null, target: DUE, opens_at: null };

describe("a wait", () => {
  test("is nothing where nobody waits", () => {
    expect(waitOf({ ...row, waiting_since: null }, after(10))).toBeNull();
  });

  test.each([
    [0, "calm", 0],
    [29, "calm", 29 / 60],
    [30, "soon", 0.5],
    [59, "soon", 59 / 60],
    [60, "late", 1],
    [600, "late", 1],
  ] as const)("after %i of 60 seconds is %s", (seconds, urgency, filled) => {
    expect(waitOf(row, after(seconds))).toEqual({ elapsed: seconds * 1000, filled, urgency });
  });

  test("is due by the target, however near or far the next alert is", () => {
    const soon = { ...row, deadline: "2026-03-02T09:00:10.000Z" };
    expect(waitOf(soon, after(20))?.urgency).toBe("calm");
    const far = { ...row, deadline: "2026-03-02T09:03:00.000Z" };
    expect(waitOf(far, after(61))?.urgency).toBe("late");
  });

  test("is due by the deadline where there is no target", () => {
    expect(waitOf({ ...row, target: null, deadline: DUE }, after(61))?.urgency).toBe("late");
  });

  test("is calm while the team is closed, and late still where it was so before", () => {
    const opens_at = "2026-03-02T10:00:00.000Z";
    const target = "2026-03-02T10:01:00.000Z";
    expect(waitOf({ ...row, target, opens_at }, after(3_500))).toEqual({
      elapsed: 3_500_000,
      filled: 0,
      urgency: "calm",
    });
    expect(waitOf({ ...row, target, opens_at }, after(3_601))?.urgency).toBe("soon");
    expect(waitOf({ ...row, opens_at }, after(61))?.urgency).toBe("late");
  });

  test("only counts where there is neither", () => {
    expect(waitOf({ ...row, target: null }, after(500))).toEqual({ elapsed: 500_000, filled: 0, urgency: "calm" });
  });

  test("never counts below zero", () => {
    expect(waitOf(row, after(-5))?.elapsed).toBe(0);
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
