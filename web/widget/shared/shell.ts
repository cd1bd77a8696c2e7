/// What the loader and the card know of each other: the loader is small and always there, the card comes when it is needed.

import type { Emitter } from "./emitter";
import type { SiteInfo, VisitorInfo } from "./wire";

export interface Options {
  site?: string;
  position?: "left" | "right";
  colorScheme?: "auto" | "light" | "dark";
  launcherTitle?: string;
  hideLauncher?: boolean;
  customLauncherSelector?: string;
  zIndex?: number;
  padding?: number;
  greeting?: string;
}

export interface Shell {
  /// Where Chatref is, without a slash at the end.
  readonly host: string;
  readonly site: string;
  readonly root: ShadowRoot;
  readonly frame: HTMLElement;
  readonly emitter: Emitter;
  readonly info: () => SiteInfo;
  readonly options: () => Options;
  readonly visitor: () => { info: VisitorInfo; identityToken?: string };
  /// The card asks to be closed; the loader closes it and gives the focus back.
  close(): void;
  setUnread(count: number): void;
}

export interface Card {
  open(prefill?: string): void;
  close(): void;
  /// The look or the options have changed.
  refresh(): void;
  /// Forget the visitor in this browser.
  logout(): void;
  destroy(): void;
}
