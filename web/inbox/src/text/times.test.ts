import { expect, test } from "vitest";
import { ago, dayAndTime, dayName, longAgo, sameDay, shortAge, timeThere } from "./times";

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

test("a time is named with its weekday, and with the date where that is not enough", () => {
  const days = 24 * 60;
  expect(dayAndTime(at, minutesLater(-3 * days))).toMatch(/^Wednesday, 12:00/);
  expect(dayAndTime(at, minutesLater(6 * days))).toMatch(/^Wednesday, 12:00/);
  expect(dayAndTime(at, minutesLater(7 * days))).toMatch(/^Wednesday, March 4, 12:00/);
});

test("what time it is elsewhere, with the day where it is another", () => {
  const noon = Date.UTC(2026, 2, 4, 12, 5);
  expect(timeThere("Asia/Tokyo", noon)).toMatch(/(?:21|9):05/);
  // Wherever this runs, it is the same day in one of them, and another in the other.
  const [ahead, behind] = ["Pacific/Kiritimati", "Pacific/Pago_Pago"].map((zone) => timeThere(zone, noon) ?? "");
  expect([ahead?.includes("Thu"), behind?.includes("Wed")].filter(Boolean)).toHaveLength(1);
});

test("nothing is said of a zone that is not known", () => {
  expect(timeThere("", 0)).toBeUndefined();
  expect(timeThere("Mars/Olympus_Mons", 0)).toBeUndefined();
});
