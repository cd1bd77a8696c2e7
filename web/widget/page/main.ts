/// The page behind a link into one conversation: the widget's card, with nothing around it.

import { Problem, VisitorApi } from "../app/api";
import { startCard } from "../app/main";
import { backOff, rest } from "../app/pause";
import { Emitter } from "../shared/emitter";
import { createFrame, paint } from "../shared/frame";
import { forThisTab } from "../shared/storage";
import { pageWords, words } from "../shared/strings";
import type { ThreadInfo } from "../shared/wire";
import { hideNotice, showNotice } from "./notice";
import { takeToken } from "./token";

const host = location.origin;
const ours = forThisTab("page");
const unending = new AbortController().signal;

const token = takeToken(ours);
// Another link, pasted into this tab.
window.addEventListener("hashchange", () => {
  if (takeToken(ours) !== token) location.reload();
});
if (token) void open(token);
else showNotice(pageWords.missing);

async function open(token: string): Promise<void> {
  showNotice(pageWords.opening);
  const thread = await ask(token);
  if (thread) show(thread, token);
  else forget();
}

/// Undefined if the token opens nothing. Asks until it is answered.
async function ask(token: string): Promise<ThreadInfo | undefined> {
  const api = new VisitorApi(host);
  for (let failures = 1; ; failures++) {
    try {
      return await api.thread(token);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (!error.passing) return undefined;
      showNotice(pageWords.unreachable);
      await rest(backOff(failures, error.retryAfterMs), unending);
    }
  }
}

function show(thread: ThreadInfo, token: string): void {
  const darkness = window.matchMedia("(prefers-color-scheme: dark)");
  const { element, root, frame } = createFrame();
  const recolor = (): void => paint(frame, thread.look.color, darkness.matches ? "dark" : "light");
  recolor();
  darkness.addEventListener("change", recolor);
  frame.dataset.position = "page";
  document.body.append(element);
  document.title = words.card(thread.name);

  // Only in this tab: the computer may be anybody's, and the next link may be to another conversation.
  const tab = forThisTab(thread.conversation_id);
  tab.set("session", { conversation_id: thread.conversation_id, visitor_token: token });
  hideNotice();
  const card = startCard({
    host,
    site: thread.site,
    root,
    frame,
    kept: tab,
    tab,
    emitter: new Emitter(),
    info: () => thread,
    options: () => ({}),
    visitor: () => ({ info: {} }),
    gone() {
      card.destroy();
      element.remove();
      forget();
    },
    setUnread() {
      // The number in the page's title says it.
    },
  });
  card.open();
}

function forget(): void {
  ours.remove("token");
  showNotice(pageWords.gone);
}
