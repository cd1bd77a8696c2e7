import { describe, expect, test } from "vitest";
import {
  beforeOf,
  compared,
  countMarks,
  dateIn,
  datesOf,
  daysIn,
  durationMark,
  durationMarks,
  faultOf,
  labelled,
  plusDays,
  share,
  span,
  wholeHour,
} from "./reports";

describe("a period", () => {
  test("is of the days where the clock hangs", () => {
    const now = Date.parse("2026-11-29T23:30:00Z");
    expect(dateIn("UTC", now)).toBe("2026-11-29");
    expect(dateIn("Europe/Berlin", now)).toBe("2026-11-30");
    expect(dateIn("America/New_York", now)).toBe("2026-11-29");
  });

  test("has today as its last day", () => {
    expect(datesOf("today", "2026-03-01")).toEqual({ from: "2026-03-01", to: "2026-03-01" });
    expect(datesOf("week", "2026-03-01")).toEqual({ from: "2026-02-23", to: "2026-03-01" });
    expect(daysIn(datesOf("month", "2026-03-01"))).toBe(30);
  });

  test("counts days by the calendar, whatever the clocks do", () => {
    expect(daysIn({ from: "2026-03-28", to: "2026-03-30" })).toBe(3);
    expect(plusDays("2026-03-28", 2)).toBe("2026-03-30");
    expect(plusDays("2024-02-28", 1)).toBe("2024-02-29");
  });

  test("that cannot be is told why", () => {
    expect(faultOf({ from: "2026-01-01", to: "2026-12-31" })).toBe("");
    expect(faultOf({ from: "2026-01-02", to: "2026-01-01" })).toContain("before");
    expect(faultOf({ from: "2025-01-01", to: "2026-01-02" })).toContain("366");
    expect(faultOf({ from: "", to: "2026-01-01" })).toContain("both");
  });

  test("is compared with as many days before it", () => {
    expect(beforeOf({ from: "2026-03-01", to: "2026-03-01" }, "2026-03-01")).toBe("yesterday by this time");
    expect(beforeOf({ from: "2026-02-01", to: "2026-02-01" }, "2026-03-01")).toBe("the day before");
    expect(beforeOf({ from: "2026-02-23", to: "2026-03-01" }, "2026-03-01")).toBe("the 7 days before");
  });
});

test.each([
  [0, "0 s"],
  [59.4, "59 s"],
  [59.6, "1 min"],
  [185, "3 min 5 s"],
  [7440, "2 h 04"],
  [97_200, "1 d 3 h"],
])("%d seconds are %s", (seconds, words) => {
  expect(span(seconds)).toBe(words);
});

test("a share that is not nothing does not look like it", () => {
  expect([0, 0.004, 0.125, 1].map(share)).toEqual(["0%", "<1%", "13%", "100%"]);
});

test("a comparison says nothing that cannot be seen", () => {
  expect(compared(185, 130, span)).toBe("up from 2 min 10 s");
  expect(compared(130, 185, span)).toBe("down from 3 min 5 s");
  expect(compared(130.1, 130.2, span)).toBe("as before");
  expect(compared(130, null, span)).toBe("");
  expect(compared(null, 130, span)).toBe("");
});

describe("an axis", () => {
  test.each([
    [0, [0, 1]],
    [20, [0, 5, 10, 15, 20]],
    [45, [0, 15, 30, 45]],
    [420, [0, 120, 240, 360, 480]],
    [7 * 3600, [0, 7200, 14_400, 21_600, 28_800]],
    [10 * 86_400, [0, 259_200, 518_400, 777_600, 1_036_800]],
  ])("of durations up to %d seconds has whole marks", (longest, expected) => {
    expect(durationMarks(longest)).toEqual(expected);
  });

  test.each([
    [0, [0, 1]],
    [3, [0, 1, 2, 3]],
    [7, [0, 2, 4, 6, 8]],
    [39, [0, 10, 20, 30, 40]],
    [1234, [0, 500, 1000, 1500]],
  ])("of counts up to %d has whole marks", (largest, expected) => {
    expect(countMarks(largest)).toEqual(expected);
  });

  test("names its marks shortly", () => {
    expect([0, 30, 300, 7200, 259_200].map(durationMark)).toEqual(["0", "30 s", "5 min", "2 h", "3 d"]);
  });

  test("drops labels evenly where there is no room", () => {
    const shown = (labels: number, room: number) =>
      Array.from({ length: labels }, (_, index) => index).filter(labelled(labels, room));
    expect(shown(24, 8)).toEqual([0, 3, 6, 9, 12, 15, 18, 21]);
    expect(shown(7, 8)).toHaveLength(7);
    expect(shown(30, 0)).toEqual([0]);
  });
});

test("the last hour of the day ends at midnight", () => {
  expect(wholeHour(23)).toBe("23:00 to 00:00");
});
