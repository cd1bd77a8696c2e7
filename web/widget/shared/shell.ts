/// What the card and what it stands in know of each other: on a site's page the loader, which is small and always there while
/// the card comes when it is needed; on our own page (`page/`) nothing else.

import type { Emitter } from "./emitter";
import type { Drawer } from "./storage";
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
  /// Where the conversation is kept, and what is only this tab's.
  readonly kept: Drawer;
  readonly tab: Drawer;
  /// The card asks to be closed; the loader closes it and gives the focus back. Absent where it cannot be closed.
  close?(): void;
  /// The server does not know the conversation, or its token, any more. Where this is absent, the next one is begun.
  gone?(): void;
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
