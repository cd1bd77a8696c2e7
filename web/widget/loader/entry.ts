/// `<script async src="https://HOST/widget.js" data-site="KEY"></script>`: puts `window.Chatref` in place and boots.
///
/// A page may call before the script is there: `(window.Chatref = window.Chatref || []).push(["open"])`.

import type { Options } from "../shared/shell";
import { type Chatref, type QueuedCall, createChatref } from "./chatref";

declare global {
  interface Window {
    Chatref?: Chatref | QueuedCall[];
  }
}

const script = document.currentScript;
if (script instanceof HTMLScriptElement && (!window.Chatref || Array.isArray(window.Chatref))) {
  const queued = window.Chatref ?? [];
  const chatref = createChatref(new URL(script.src).origin);
  window.Chatref = chatref;
  // Listeners first, so that a page misses nothing of what the other calls cause.
  const listening = queued.filter(([name]) => name === "on");
  const rest = queued.filter(([name]) => name !== "on");
  chatref.push(...listening);
  const { site, position, colorScheme } = script.dataset;
  if (site) chatref.boot({ site, position, colorScheme } as Options);
  chatref.push(...rest);
}
