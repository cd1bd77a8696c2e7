import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Calls } from "./calls";

const EVERY_MS = 20_000;

function aBell() {
  const rung: boolean[] = [];
  const bell = { rung, repeats: true };
  const calls = new Calls({
    ring: (again) => rung.push(again),
    repeats: () => bell.repeats,
    everyMs: () => EVERY_MS,
  });
  return Object.assign(bell, { calls });
}

describe("who has called and was not seen", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("is rung for at once, and again until the agent is seen to be there", () => {
    const { calls, rung } = aBell();
    calls.add("c-1", "Mia");
    vi.advanceTimersByTime(2 * EVERY_MS);
    expect(rung).toEqual([false, true, true]);
    expect(calls.latest()).toBe("Mia");
    expect(calls.seen()).toBe(true);
    vi.advanceTimersByTime(5 * EVERY_MS);
    expect(rung).toHaveLength(3);
    expect(calls.latest()).toBe(null);
    expect(calls.seen()).toBe(false);
  });

  test("is rung for no longer once they do not wait", () => {
    const { calls, rung } = aBell();
    calls.add("c-1", "Mia");
    calls.add("c-2", "Noah");
    calls.settle((id) => id !== "c-2");
    expect(calls.latest()).toBe("Mia");
    vi.advanceTimersByTime(EVERY_MS);
    expect(rung).toEqual([false, false, true]);
    calls.settle(() => false);
    expect(calls.latest()).toBe(null);
    vi.advanceTimersByTime(5 * EVERY_MS);
    expect(rung).toHaveLength(3);
  });

  test("shares the bell with whoever else calls", () => {
    const { calls, rung } = aBell();
    calls.add("c-1", "Mia");
    vi.advanceTimersByTime(EVERY_MS / 2);
    calls.add("c-2", "Noah");
    vi.advanceTimersByTime(EVERY_MS - 1);
    expect(rung).toEqual([false, false]);
    vi.advanceTimersByTime(1);
    expect(rung).toEqual([false, false, true]);
  });

  test("and calls again is the latest", () => {
    const { calls } = aBell();
    calls.add("c-1", "Mia");
    calls.add("c-2", "Noah");
    calls.add("c-1", "Mia");
    expect(calls.latest()).toBe("Mia");
    calls.settle((id) => id === "c-2");
    expect(calls.latest()).toBe("Noah");
  });

  test("is rung for once where the agent wants it so, and stays unseen", () => {
    const bell = aBell();
    bell.repeats = false;
    bell.calls.add("c-1", "Mia");
    vi.advanceTimersByTime(2 * EVERY_MS);
    expect(bell.rung).toEqual([false]);
    expect(bell.calls.latest()).toBe("Mia");
    bell.repeats = true;
    vi.advanceTimersByTime(EVERY_MS);
    expect(bell.rung).toEqual([false, true]);
  });

  test("is told of to whoever listens, and only where something changed", () => {
    const { calls } = aBell();
    const heard = vi.fn();
    const stop = calls.subscribe(heard);
    calls.settle(() => false);
    calls.seen();
    expect(heard).not.toHaveBeenCalled();
    calls.add("c-1", "Mia");
    calls.settle(() => true);
    calls.seen();
    expect(heard).toHaveBeenCalledTimes(2);
    stop();
    calls.add("c-1", "Mia");
    expect(heard).toHaveBeenCalledTimes(2);
  });
});
