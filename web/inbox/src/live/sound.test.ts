import { beforeEach, expect, test } from "vitest";
import { chooseSound, chosenSound, soundOf } from "./sound";

beforeEach(() => localStorage.clear());

test("it sounds, and again until seen, unless the agent chose otherwise", () => {
  expect(chosenSound("ada")).toEqual({ on: true, untilSeen: true, everyMs: 20_000 });
  chooseSound("ada", { untilSeen: false });
  chooseSound("ada", { on: false });
  expect(chosenSound("ada")).toEqual({ on: false, untilSeen: false, everyMs: 20_000 });
  expect(chosenSound("bo").on).toBe(true);
});

test("what was kept and cannot be read is as if nothing had been", () => {
  for (const kept of ["{", "null", "7", '{"on":"no","everyMs":0}']) {
    expect(soundOf(kept)).toEqual({ on: true, untilSeen: true, everyMs: 20_000 });
  }
  expect(soundOf('{"everyMs":500}').everyMs).toBe(500);
});
