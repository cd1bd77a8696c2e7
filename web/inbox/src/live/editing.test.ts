import { expect, test } from "vitest";
import { differs } from "./editing";

test("a draft differs where anything does that can be changed", () => {
  const fresh = { name: "", enabled: true };
  const known = { name: "CRM", enabled: true };
  expect(differs({ ...known }, known, fresh)).toBe(false);
  expect(differs({ ...known, enabled: false }, known, fresh)).toBe(true);
  const seen = { ...known, last_delivery: "just now" };
  expect(differs(seen, known, fresh)).toBe(false);
});
