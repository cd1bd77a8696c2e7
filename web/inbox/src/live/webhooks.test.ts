import { expect, test } from "vitest";
import { aDelivery, anAttempt } from "../test/builders";
import { isBeingSent, withDelivery } from "./webhooks";

const ids = (log: ReturnType<typeof withDelivery>) => log?.pages.map((page) => page.items.map(({ id }) => id));
const log = {
  pages: [
    { items: [aDelivery({ id: "c" }), aDelivery({ id: "b" })], next_cursor: "b" },
    { items: [aDelivery({ id: "a" })], next_cursor: null },
  ],
  pageParams: ["", "b"],
};

test("a new delivery comes on top, a known one stays in its place", () => {
  expect(ids(withDelivery(log, aDelivery({ id: "d" })))).toEqual([["d", "c", "b"], ["a"]]);
  const changed = withDelivery(log, aDelivery({ id: "a", status: "failed" }));
  expect(ids(changed)).toEqual(ids(log));
  expect(changed?.pages[1]?.items[0]?.status).toBe("failed");
  expect(withDelivery(undefined, aDelivery())).toBeUndefined();
});

test("an attempt that was asked for is on its way until there is one more than before", () => {
  const before = aDelivery({ status: "failed", attempts: [anAttempt()] });
  expect(isBeingSent(before, new Map())).toBe(false);
  expect(isBeingSent(before, new Map([["d-1", 1]]))).toBe(true);
  expect(isBeingSent({ ...before, attempts: [anAttempt(), anAttempt({ number: 2 })] }, new Map([["d-1", 1]]))).toBe(
    false,
  );
});
