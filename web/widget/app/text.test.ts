import { describe, expect, it } from "vitest";
import { pieces, safeAddress } from "./text";

const links = (text: string): (string | undefined)[] => pieces(text).flatMap(({ href }) => (href ? [href] : []));

describe("text", () => {
  it("links web addresses and leaves the sentence's punctuation out of them", () => {
    expect(pieces("See https://a.example/care, please.")).toEqual([
      { text: "See " },
      { text: "https://a.example/care", href: "https://a.example/care" },
      { text: ", please." },
    ]);
    expect(links("(https://a.example/x)")).toEqual(["https://a.example/x"]);
    expect(links("https://a.example/fig_(plant)")).toEqual(["https://a.example/fig_(plant)"]);
  });

  it("never links anything but http and https", () => {
    expect(links("javascript:alert(1) data:text/html,x ftp://a.example")).toEqual([]);
    expect(safeAddress("javascript:alert(1)", "https://a.example")).toBeUndefined();
    expect(safeAddress("/care", "https://a.example")).toBe("https://a.example/care");
  });

  it("loses nothing of a text", () => {
    const text = "<b>1 < 2</b> https://a.example/?q=1&x=2! and https://b.example…";
    expect(pieces(text).map((piece) => piece.text)).toEqual(expect.any(Array));
    expect(
      pieces(text)
        .map((piece) => piece.text)
        .join(""),
    ).toBe(text);
  });
});
