/// The round button at the page's edge, with the number of unread messages.

import { launcherWords } from "../shared/strings";

const SVG = "http://www.w3.org/2000/svg";
const BUBBLE =
  "M12 3.5c5 0 9 3.3 9 7.6s-4 7.6-9 7.6c-1 0-2-.1-2.9-.4L4.6 20.4l1-3.6C4 15.4 3 13.4 3 11.1c0-4.3 4-7.6 9-7.6Z";
const DOWN = "m6 9.5 6 6 6-6";

export const countLabel = (count: number): string => (count > 99 ? "99+" : String(count));

export class Launcher {
  readonly element = document.createElement("button");
  private readonly badge = document.createElement("span");

  constructor(clicked: () => void, soon: () => void) {
    this.element.type = "button";
    this.element.className = "launcher";
    this.badge.className = "badge";
    this.badge.setAttribute("aria-hidden", "true");
    this.element.append(icon("bubble", BUBBLE), icon("down", DOWN), this.badge);
    this.element.addEventListener("click", clicked);
    this.element.addEventListener("pointerenter", soon, { once: true });
    this.element.addEventListener("focus", soon, { once: true });
  }

  refresh(now: { title: string | undefined; hidden: boolean; opened: boolean; unread: number }): void {
    const open = now.unread ? launcherWords.openUnread(countLabel(now.unread)) : (now.title ?? launcherWords.open);
    this.element.hidden = now.hidden;
    this.element.setAttribute("aria-label", now.opened ? launcherWords.close : open);
    this.element.setAttribute("aria-expanded", String(now.opened));
    this.badge.textContent = countLabel(now.unread);
    this.badge.hidden = now.opened || !now.unread;
  }

  setBusy(busy: boolean): void {
    this.element.setAttribute("aria-busy", String(busy));
  }

  focus(): void {
    this.element.focus({ preventScroll: true });
  }
}

function icon(name: string, path: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon ${name}`);
  svg.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS(SVG, "path");
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}
