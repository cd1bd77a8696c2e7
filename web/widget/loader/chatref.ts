/// The page's handle on the chat: `window.Chatref`.

import { Emitter, type Happening, type Happenings } from "../shared/emitter";
import type { Options } from "../shared/shell";
import type { VisitorInfo } from "../shared/wire";
import { Widget } from "./widget";

export type QueuedCall = [name: string, ...parameters: unknown[]];

export interface Chatref {
  /// Put the chat on the page. The script tag does it by itself where it has `data-site`.
  boot(options: Options): void;
  /// A token signed by the owner's server: who the visitor is. Goes with the next conversation that is begun.
  identify(token: string): void;
  /// Change options while the chat is on the page.
  update(options: Options): void;
  /// What the page knows of the visitor: `name`, `email`, anything else as an attribute. Goes with the next conversation.
  setAttributes(attributes: Record<string, unknown>): void;
  /// Open the card, with `prefill` in its input if given.
  open(prefill?: string): void;
  close(): void;
  toggle(): void;
  /// Show or hide the launcher.
  show(): void;
  hide(): void;
  /// Listen; the answer is the way to stop listening.
  on<E extends Happening>(name: E, listener: (payload: Happenings[E]) => void): () => void;
  /// Forget the visitor and the conversation in this browser.
  logout(): void;
  /// Take the chat off the page.
  destroy(): void;
  /// The queue of calls from before the script was there, and the same afterwards.
  push(...calls: QueuedCall[]): void;
}

export function createChatref(host: string): Chatref {
  const emitter = new Emitter();
  const visitor: { info: VisitorInfo; identityToken?: string } = { info: {} };
  let options: Options = {};
  let widget: Widget | undefined;

  const chatref: Chatref = {
    boot(given) {
      options = { ...options, ...present(given) };
      if (!options.site) throw new Error("Chatref.boot needs { site }");
      widget?.destroy();
      widget = new Widget({ host, site: options.site, emitter, options: () => options, visitor: () => visitor });
    },
    identify(token) {
      visitor.identityToken = token;
    },
    update(changed) {
      options = { ...options, ...present(changed) };
      widget?.refresh();
    },
    setAttributes({ name, email, ...others }) {
      if (typeof name === "string") visitor.info.name = name;
      if (typeof email === "string") visitor.info.email = email;
      visitor.info.attributes = { ...visitor.info.attributes, ...others };
    },
    open: (prefill) => widget?.open(prefill),
    close: () => widget?.close(),
    toggle: () => widget?.toggle(),
    show: () => chatref.update({ hideLauncher: false }),
    hide: () => chatref.update({ hideLauncher: true }),
    on: (name, listener) => emitter.on(name, listener),
    logout() {
      visitor.info = {};
      delete visitor.identityToken;
      widget?.logout();
    },
    destroy() {
      widget?.destroy();
      widget = undefined;
    },
    push(...calls) {
      for (const [name, ...parameters] of calls) {
        const method = Object.hasOwn(chatref, name) ? chatref[name as keyof Chatref] : undefined;
        if (method) (method as (...parameters: unknown[]) => unknown)(...parameters);
        else console.warn(`Chatref has no method "${name}"`);
      }
    },
  };
  return chatref;
}

function present(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
