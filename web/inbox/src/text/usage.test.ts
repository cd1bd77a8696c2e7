import { expect, test } from "vitest";
import { costOf, dayOf, totals } from "./usage";

const use = (requests: number, input_tokens: number, output_tokens: number) => ({
  requests,
  input_tokens,
  output_tokens,
});

test("days add up", () => {
  expect(totals([use(1, 900, 60), use(2, 100, 40)])).toEqual(use(3, 1000, 100));
  expect(totals([])).toEqual(use(0, 0, 0));
});

test("what a conversation cost is said where it cost anything", () => {
  expect(costOf(use(0, 0, 0))).toBe("");
  expect(costOf(use(1, 90, 6))).toBe("96 tokens in one request");
  expect(costOf(use(2, 90, 6))).toBe("96 tokens in 2 requests");
});

test("a day is the server's, not the one here", () => {
  expect(dayOf("2026-03-02")).toMatch(/2/u);
  expect(dayOf("2026-03-02")).not.toBe(dayOf("2026-03-01"));
});
