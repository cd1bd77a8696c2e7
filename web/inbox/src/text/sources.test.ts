import { expect, test } from "vitest";
import type { Source } from "../api/sources";
import { factsOf, pathOfPage, progressOf, scheduleOf, schedulesWith } from "./sources";

const site: Source = {
  id: "s",
  kind: "site",
  title: "example.com",
  url: "https://example.com/",
  status: "ready",
  error: "",
  passages: 1234,
  page_limit: 200,
  every: "P1D",
  progress: { found: 120, waiting: 0, read: 118, unchanged: 0, skipped: 1, failed: 1 },
  read_at: null,
  next_read_at: null,
  created_at: "2026-01-01T00:00:00Z",
  changed_at: "2026-01-01T00:00:00Z",
};

test("a site at rest says what was read, and how often", () => {
  expect(factsOf(site)).toEqual(["118 pages", "1,234 passages", "read every day"]);
  expect(factsOf({ ...site, page_limit: 120, every: null })).toContain("stopped at the limit of 120 pages");
});

test("pages that were as before are counted", () => {
  const progress = { ...site.progress, unchanged: 110 };
  expect(factsOf({ ...site, progress })[0]).toBe("118 pages (110 unchanged)");
});

test("a schedule of its own is among those to choose from", () => {
  expect(schedulesWith("P1D").map(({ label }) => label)).toEqual([
    "Only when I say so",
    "Every hour",
    "Every day",
    "Every week",
    "Every month",
  ]);
  expect(schedulesWith("PT6H").at(-1)).toEqual({ value: "PT6H", label: "Every 6 hours" });
});

test("a text says only how many passages it has", () => {
  expect(factsOf({ ...site, kind: "text", every: null, passages: 1 })).toEqual(["1 passage"]);
});

test("progress counts pages of a site, and nothing of anything else", () => {
  const progress = { ...site.progress, waiting: 78 };
  expect(progressOf({ ...site, status: "reading", progress })).toBe("42 of 120 pages");
  expect(progressOf({ ...site, status: "pending" })).toBe("Waiting to be read");
  expect(progressOf({ ...site, kind: "file", status: "reading" })).toBe("Reading");
});

test.each([
  ["PT1H", "every hour"],
  ["P1D", "every day"],
  ["P7D", "every week"],
  ["P3D", "every 3 days"],
  ["PT6H", "every 6 hours"],
])("%s is %s", (every, words) => {
  expect(scheduleOf(every)).toBe(words);
});

test("a page is told by the path of its address", () => {
  expect(pathOfPage("https://example.com/caf%C3%A9?p=2")).toBe("/café?p=2");
  expect(pathOfPage("nothing")).toBe("nothing");
});
