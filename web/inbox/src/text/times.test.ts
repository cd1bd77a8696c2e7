import { expect, test } from "vitest";
import { ago, dayName, longAgo, sameDay, shortAge } from "./times";

const at = new Date(2026, 2, 4, 12, 0).toISOString();
const minutesLater = (minutes: number) => Date.parse(at) + minutes * 60_000;

test.each([
  [0.5, "now", "just now"],
  [4, "4 min", "4 min ago"],
  [180, "3 h", "3 h ago"],
  [26 * 60, "yesterday", "yesterday"],
])("%d minutes later it is %s", (minutes, short, long) => {
  expect(shortAge(at, minutesLater(minutes))).toBe(short);
  expect(longAgo(at, minutesLater(minutes))).toBe(long);
});

test("a race is told in seconds", () => {
  expect(ago(at, Date.parse(at) + 900)).toBe("just now");
  expect(ago(at, Date.parse(at) + 2100)).toBe("2 seconds ago");
});

test("days are named from where one sits", () => {
  expect(dayName(at, minutesLater(60))).toBe("Today");
  expect(dayName(at, minutesLater(13 * 60))).toBe("Yesterday");
  expect(sameDay(at, new Date(minutesLater(60)).toISOString())).toBe(true);
  expect(sameDay(at, new Date(minutesLater(13 * 60)).toISOString())).toBe(false);
});
