/// The site's colour, bent just as far as it takes to be readable (WCAG 2.2: 4.5 for text, 3 for the edges of controls).

export type Scheme = "light" | "dark";
type Rgb = readonly [number, number, number];

const FALLBACK: Rgb = [36, 84, 214];
const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];
const SURFACE: Record<Scheme, Rgb> = { light: WHITE, dark: [23, 25, 29] };
const TEXT_RATIO = 4.5;
const CONTROL_RATIO = 3;

export function parse(color: string): Rgb {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(color.trim())?.[1];
  if (!hex) return FALLBACK;
  const digits = hex.length === 3 ? [...hex].map((digit) => digit + digit) : (hex.match(/../g) ?? []);
  return digits.map((pair) => parseInt(pair, 16)) as unknown as Rgb;
}

function luminance(rgb: Rgb): number {
  const [red, green, blue] = rgb.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

export function contrast(one: Rgb, other: Rgb): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const mix = (from: Rgb, to: Rgb, share: number): Rgb =>
  from.map((channel, i) => Math.round(channel + ((to[i] ?? 0) - channel) * share)) as unknown as Rgb;

/// `color`, mixed with `towards` in small steps until it stands out from `against`.
function bend(color: Rgb, towards: Rgb, against: Rgb, ratio: number): Rgb {
  for (let share = 0; share < 1; share += 0.02) {
    const bent = mix(color, towards, share);
    if (contrast(bent, against) >= ratio) return bent;
  }
  return towards;
}

const css = (rgb: Rgb): string => `rgb(${rgb.join(" ")})`;

export interface Palette {
  /// Fills of buttons and of the visitor's bubbles, and the text on them.
  fill: string;
  onFill: string;
  /// Links and icons on the surface.
  ink: string;
  /// A breath of the colour behind chips.
  soft: string;
}

export function palette(color: string, scheme: Scheme): Palette {
  const surface = SURFACE[scheme];
  const away = scheme === "light" ? BLACK : WHITE;
  let fill = parse(color);
  if (scheme === "dark") fill = bend(fill, WHITE, surface, CONTROL_RATIO);
  // A middling colour keeps its white text by getting a little darker; a bright one takes black text and stays bright.
  if (contrast(fill, WHITE) >= CONTROL_RATIO) fill = bend(fill, BLACK, WHITE, TEXT_RATIO);
  const onFill = contrast(fill, WHITE) >= TEXT_RATIO ? WHITE : BLACK;
  const soft = mix(surface, fill, scheme === "light" ? 0.08 : 0.2);
  return {
    fill: css(fill),
    onFill: css(onFill),
    // Readable on the soft fill, it is so on the surface.
    ink: css(bend(parse(color), away, soft, TEXT_RATIO)),
    soft: css(soft),
  };
}
