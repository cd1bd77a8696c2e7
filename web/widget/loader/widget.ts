/// The chat on the page: a host element with a shadow root, the launcher in it, and the card once it is needed.

import type { Scheme } from "../shared/colors";
import { createFrame, paint } from "../shared/frame";
import type { Card, Options, Shell } from "../shared/shell";
import { forThisTab, kept } from "../shared/storage";
import type { SiteInfo } from "../shared/wire";
import styles from "./launcher.css?inline";
import { Launcher } from "./launcher";
import { readSite } from "./site";

declare const __APP_PATH__: string;

export type Place = Pick<Shell, "host" | "site" | "emitter" | "options" | "visitor">;

export class Widget {
  private readonly element: HTMLElement;
  private readonly root: ShadowRoot;
  private readonly frame: HTMLElement;
  private readonly stopped = new AbortController();
  private readonly darkness = window.matchMedia("(prefers-color-scheme: dark)");
  private readonly tab;
  private launcher: Launcher | undefined;
  private info: SiteInfo | undefined;
  private card: Promise<Card> | undefined;
  private attempts = 0;
  private opened = false;
  private unread = 0;
  /// An `open` that came before the site was known.
  private wanted: { prefill: string | undefined } | undefined;

  constructor(private readonly place: Place) {
    this.tab = forThisTab(place.site);
    ({ element: this.element, root: this.root, frame: this.frame } = createFrame(styles));
    for (const name of ["keydown", "keypress", "keyup"] as const) this.frame.addEventListener(name, this.typed);
    const { signal } = this.stopped;
    this.darkness.addEventListener("change", () => this.refresh(), { signal });
    document.addEventListener("click", (event) => this.clickedOnPage(event), { signal });
    readSite(place.host, place.site, (info) => this.show(info), signal).catch((error: Error) => {
      console.warn(error.message);
      place.emitter.emit("error", error);
    });
  }

  private show(info: SiteInfo): void {
    const first = !this.info;
    this.info = info;
    if (!first) return this.refresh();
    this.launcher = new Launcher(
      () => this.toggle(),
      () => void this.load(),
    );
    this.frame.append(this.launcher.element);
    // Beside the body, not in it: what a page does to its body (transforms, replacing it) does not reach the chat.
    document.documentElement.append(this.element);
    this.refresh();
    this.place.emitter.emit("ready", undefined);
    if (this.wanted || this.tab.get<boolean>("open")) this.open(this.wanted?.prefill);
    // A visitor who has talked before is to see that an answer came.
    else if (kept(this.place.site).get("session")) this.load();
  }

  /// Bring what is on the page in line with the options, the site's look and the colour scheme.
  refresh(): void {
    if (!this.info || !this.launcher) return;
    const options = this.place.options();
    const { style, dataset } = this.frame;
    paint(this.frame, this.info.look.color, this.scheme(options));
    dataset.position = options.position ?? (this.info.look.position.includes("left") ? "left" : "right");
    style.setProperty("--z", String(options.zIndex ?? 2147483000));
    style.setProperty("--edge", `${options.padding ?? 20}px`);
    this.launcher.refresh({
      title: options.launcherTitle,
      hidden: options.hideLauncher ?? Boolean(options.customLauncherSelector),
      opened: this.opened,
      unread: this.unread,
    });
    void this.card?.then((card) => card.refresh());
  }

  private scheme({ colorScheme = "auto" }: Options): Scheme {
    return colorScheme === "auto" ? (this.darkness.matches ? "dark" : "light") : colorScheme;
  }

  open(prefill?: string): void {
    if (!this.info) {
      this.wanted = { prefill };
      return;
    }
    if (!this.opened) {
      this.opened = true;
      this.tab.set("open", true);
      this.refresh();
      this.place.emitter.emit("open", undefined);
    }
    this.launcher?.setBusy(true);
    this.load()
      .then((card) => this.opened && card.open(prefill))
      .catch((error: Error) => {
        this.close();
        this.place.emitter.emit("error", error);
      })
      .finally(() => this.launcher?.setBusy(false));
  }

  close(): void {
    this.wanted = undefined;
    if (!this.opened) return;
    this.opened = false;
    this.tab.remove("open");
    void this.card?.then((card) => card.close());
    this.refresh();
    if (this.root.activeElement || document.activeElement === document.body) this.launcher?.focus();
    this.place.emitter.emit("close", undefined);
  }

  toggle(): void {
    if (this.opened) this.close();
    else this.open();
  }

  logout(): void {
    if (this.card) void this.card.then((card) => card.logout());
    else for (const key of ["session", "seen"]) kept(this.place.site).remove(key);
  }

  destroy(): void {
    this.stopped.abort();
    void this.card?.then((card) => card.destroy());
    this.element.remove();
  }

  private readonly typed = (event: KeyboardEvent): void => {
    // The page's own shortcuts must not fire while somebody writes here.
    event.stopPropagation();
    if (event.type === "keydown" && event.key === "Escape" && !event.isComposing) this.close();
  };

  private clickedOnPage(event: MouseEvent): void {
    const selector = this.place.options().customLauncherSelector;
    if (selector && event.target instanceof Element && event.target.closest(selector)) this.toggle();
  }

  private load(): Promise<Card> {
    if (!this.card) {
      // A browser may remember that a module did not load: another address makes it try again.
      const again = this.attempts++ ? `?again=${this.attempts}` : "";
      const loading = import(/* @vite-ignore */ this.place.host + __APP_PATH__ + again).then(
        (module: { startCard(shell: Shell): Card }) => module.startCard(this.shell()),
      );
      loading.catch(() => {
        this.card = undefined;
      });
      this.card = loading;
    }
    return this.card;
  }

  private shell(): Shell {
    return {
      ...this.place,
      root: this.root,
      frame: this.frame,
      kept: kept(this.place.site),
      tab: this.tab,
      info: () => this.info as SiteInfo,
      close: () => this.close(),
      setUnread: (count) => {
        if (count === this.unread) return;
        this.unread = count;
        this.refresh();
        this.place.emitter.emit("unread", count);
      },
    };
  }
}
