/// What the chat stands in, on whatever page: a host element with a shadow root, and a frame in it that carries the colours.

import { palette, type Scheme } from "./colors";
import frameStyles from "./frame.css?inline";

export interface Frame {
  element: HTMLElement;
  root: ShadowRoot;
  frame: HTMLElement;
}

/// `styles` are for what the page puts into the frame beside the card, which brings its own.
export function createFrame(styles = ""): Frame {
  const element = document.createElement("div");
  element.id = "chatref";
  const root = element.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(frameStyles + styles);
  root.adoptedStyleSheets = [sheet];
  const frame = document.createElement("div");
  frame.className = "chatref";
  root.append(frame);
  return { element, root, frame };
}

export function paint({ style, dataset }: HTMLElement, color: string, scheme: Scheme): void {
  dataset.scheme = scheme;
  for (const [name, value] of Object.entries(palette(color, scheme))) style.setProperty(`--${name}`, value);
}
