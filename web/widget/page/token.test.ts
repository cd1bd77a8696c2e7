import { beforeEach, expect, it } from "vitest";
import { forThisTab } from "../shared/storage";
import { takeToken } from "./token";

const tab = forThisTab("page");

beforeEach(() => {
  sessionStorage.clear();
  history.replaceState(null, "", "/chat");
});

it("leaves the address and is there after a reload", () => {
  history.replaceState(null, "", "/chat#a.b.c");
  const entries = history.length;
  expect(takeToken(tab)).toBe("a.b.c");
  expect(location.href).not.toContain("#");
  expect(history.length).toBe(entries);
  expect(takeToken(tab)).toBe("a.b.c");
});

it("of another link takes the place of the one before", () => {
  for (const token of ["first", "second"]) {
    history.replaceState(null, "", `/chat#${token}`);
    expect(takeToken(tab)).toBe(token);
  }
  expect(takeToken(tab)).toBe("second");
});

it("may be missing", () => {
  expect(takeToken(tab)).toBeUndefined();
});
