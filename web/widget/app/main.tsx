/// The entry of the card's chunk. Runs from then on, open or closed, because a closed card still counts what is unread.

import { render } from "preact";
import type { Card, Shell } from "../shared/shell";
import cardStyles from "./card.css?inline";
import { CardView } from "./card";
import { Chat } from "./chat";
import offersStyles from "./offers.css?inline";
import threadStyles from "./thread.css?inline";

export function startCard(shell: Shell): Card {
  const sheet = new CSSStyleSheet();
  // The card's own first: it takes the browser's looks away, for the others to start from nothing.
  sheet.replaceSync(cardStyles + threadStyles + offersStyles);
  shell.root.adoptedStyleSheets = [...shell.root.adoptedStyleSheets, sheet];
  const place = document.createElement("div");
  // In front of the launcher, so that the keyboard reaches the card's controls first.
  shell.frame.prepend(place);
  const chat = new Chat(shell);
  let opened = false;
  let prefill: { text: string } | undefined;

  const draw = (): void => {
    render(opened ? <CardView chat={chat} shell={shell} prefill={prefill} /> : null, place);
  };

  return {
    open(text) {
      opened = true;
      if (text !== undefined) prefill = { text };
      draw();
      chat.attend(true);
    },
    close() {
      opened = false;
      prefill = undefined;
      draw();
      chat.attend(false);
    },
    refresh: draw,
    logout: () => chat.logout(),
    destroy() {
      render(null, place);
      chat.destroy();
    },
  };
}
