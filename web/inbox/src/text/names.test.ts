import { describe, expect, test } from "vitest";
import { firstName, friendlyName, hueOf, initials, visitorName } from "./names";

const ids = Array.from({ length: 500 }, (_, index) => `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`);

describe("an anonymous visitor", () => {
  test("has the same name whenever asked", () => {
    expect(friendlyName(ids[7]!)).toBe(friendlyName(ids[7]!));
    expect(friendlyName(ids[7]!)).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+$/);
  });

  test("rarely shares it, even where ids differ in one digit only", () => {
    expect(new Set(ids.map(friendlyName)).size).toBeGreaterThan(350);
    expect(new Set(ids.slice(0, 12).map(friendlyName)).size).toBe(12);
  });

  test("never has a colour that means waiting", () => {
    for (const id of ids) {
      expect(hueOf(id)).toBeGreaterThanOrEqual(130);
      expect(hueOf(id)).toBeLessThan(330);
    }
  });
});

test("a visitor who said who they are is called that", () => {
  const visitor = { id: ids[0]!, name: "", email: "mira@example.com", attributes: {}, identified: false };
  expect(visitorName({ ...visitor, name: "Mira Okafor" })).toBe("Mira Okafor");
  expect(visitorName(visitor)).toBe("mira@example.com");
  expect(visitorName({ ...visitor, email: "" })).toBe(friendlyName(ids[0]!));
});

test.each([
  ["Ada Lovelace", "AL"],
  ["Bo", "B"],
  ["Anna Maria van Dyk", "AD"],
  ["mira@example.com", "MC"],
  ["", "?"],
])("the initials of %s are %s", (name, letters) => {
  expect(initials(name)).toBe(letters);
});

test("the first name is the first word", () => {
  expect(firstName("Ada Lovelace")).toBe("Ada");
});
