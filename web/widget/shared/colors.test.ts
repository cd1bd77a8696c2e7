import { describe, expect, it } from "vitest";
import { contrast, palette, parse, type Scheme } from "./colors";

type Rgb = ReturnType<typeof parse>;
const rgb = (css: string): Rgb => (css.match(/\d+/g) ?? []).map(Number) as unknown as Rgb;

const COLORS = ["#2f6b4f", "#ffd400", "#ffffff", "#000000", "#ff6b00", "#00c2ff", "#777", "#e91e63", "nonsense"];
const SURFACES: Record<Scheme, Rgb> = { light: [255, 255, 255], dark: [23, 25, 29] };

describe.each(COLORS)("the site's colour %s", (color) => {
  it.each(["light", "dark"] as const)("is readable on and under text, in %s", (scheme) => {
    const { fill, onFill, ink, soft } = palette(color, scheme);
    expect(contrast(rgb(fill), rgb(onFill))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(rgb(ink), SURFACES[scheme])).toBeGreaterThanOrEqual(4.5);
    if (scheme === "dark") expect(contrast(rgb(fill), SURFACES.dark)).toBeGreaterThanOrEqual(3);
    expect(contrast(rgb(ink), rgb(soft))).toBeGreaterThanOrEqual(4.5);
  });
});

it("leaves a colour alone that is readable as it is", () => {
  expect(palette("#2f6b4f", "light").fill).toBe("rgb(47 107 79)");
});
