import { expect, test } from "vitest";
import { browserOf } from "./browser";
import { pieces, webAddress } from "./links";

test("addresses become links, without the punctuation around them", () => {
  expect(pieces("See https://a.example/x?y=1, or (https://b.example/z).")).toEqual([
    { text: "See " },
    { text: "https://a.example/x?y=1", href: "https://a.example/x?y=1" },
    { text: ", or (" },
    { text: "https://b.example/z", href: "https://b.example/z" },
    { text: ")." },
  ]);
});

test("an address may hold parentheses", () => {
  expect(pieces("https://w.example/Fern_(plant)")[0]?.href).toBe("https://w.example/Fern_(plant)");
});

test("text without addresses stays as it is", () => {
  expect(pieces("<b>hi</b>")).toEqual([{ text: "<b>hi</b>" }]);
});

test("only web addresses are links", () => {
  expect(webAddress("javascript:alert(1)")).toBeNull();
  expect(webAddress("data:text/html,x")).toBeNull();
  expect(webAddress("https://shop.example/a")).toBe("https://shop.example/a");
  expect(webAddress("")).toBeNull();
});

test("a user agent in words", () => {
  expect(browserOf("Mozilla/5.0 (Windows NT 10.0; Win64) Chrome/120.0 Safari/537.36 Edg/120.0")).toBe(
    "Edge on Windows",
  );
  expect(browserOf("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17 Safari/604")).toBe(
    "Safari on iPhone",
  );
  expect(browserOf("curl")).toBe("Another browser");
});
