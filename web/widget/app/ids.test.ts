import { expect, it } from "vitest";
import { newId } from "./ids";

const UUID_4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

it("makes UUIDs, on http:// pages too", () => {
  expect(newId()).toMatch(UUID_4);
  const plain = { getRandomValues: crypto.getRandomValues.bind(crypto) };
  expect(newId(plain)).toMatch(UUID_4);
  expect(newId(plain)).not.toBe(newId(plain));
});
