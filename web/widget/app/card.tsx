/// The card: who one talks to, the thread, where things stand, and the input. A dialog on a page of others; where it cannot be
/// closed, the page itself.

import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Shell } from "../shared/shell";
import { words } from "../shared/strings";
import type { NewMessage } from "./api";
import type { Chat } from "./chat";
import { Composer } from "./composer";
import { Icon } from "./icons";
import { Status } from "./status";
import { Messages } from "./messages";
import { assistantAnswers, type Standing } from "./thread";
import { useChat } from "./use";

export interface Parts {
  chat: Chat;
  shell: Shell;
}

export interface SpeakingParts extends Parts {
  /// Says it for the visitor, and puts the focus where they go on: what they tapped is gone with it.
  say(message: Omit<NewMessage, "id">): void;
}

export function CardView({ chat, shell, prefill }: Parts & { prefill: { text: string } | undefined }): VNode {
  useChat(chat);
  const card = useRef<HTMLDivElement>(null);
  useEffect(() => fitToKeyboard(card.current), []);
  useEffect(() => focusInput(card.current), []);
  const say = (message: Omit<NewMessage, "id">): void => {
    chat.say(message);
    focusInput(card.current);
  };
  return (
    <div
      ref={card}
      class="card"
      role={shell.close ? "dialog" : "main"}
      aria-label={words.card(shell.info().name)}
      tabIndex={-1}
      data-state={chat.standing.state}
    >
      <Header chat={chat} shell={shell} />
      <Messages chat={chat} shell={shell} say={say} />
      <Status chat={chat} shell={shell} />
      <Composer chat={chat} shell={shell} say={say} prefill={prefill} />
    </div>
  );
}

function focusInput(card: HTMLElement | null): void {
  // A phone would cover half of the card with its keyboard before anything could be read.
  const touch = window.matchMedia("(pointer: coarse)").matches;
  const target = touch ? card : card?.querySelector<HTMLElement>(".input textarea");
  target?.focus({ preventScroll: true });
}

function Header({ chat, shell }: Parts): VNode {
  const { agent } = chat.standing;
  const { name } = shell.info();
  const Name = shell.close ? "h2" : "h1";
  return (
    <div class="head">
      <span class="face">{agent ? initial(agent) : <Icon name="spark" />}</span>
      <div class="who">
        <Name>{name}</Name>
        <p>{line(chat.standing)}</p>
      </div>
      {shell.close ? (
        <button type="button" class="round" aria-label={words.close} onClick={() => shell.close?.()}>
          <Icon name="close" />
        </button>
      ) : null}
    </div>
  );
}

function line({ agent, state }: Standing): string {
  if (agent) return words.withAgent(agent);
  if (state === "escalated") return words.waitingForPerson;
  return assistantAnswers(state) ? words.answersNow : words.closed;
}

export const initial = (name: string): string => [...name.trim()][0]?.toUpperCase() ?? "";

/// On a phone the keyboard covers what is fixed to the bottom; the card follows the part of the page that is really visible.
function fitToKeyboard(card: HTMLElement | null): (() => void) | undefined {
  const viewport = window.visualViewport;
  if (!card || !viewport) return undefined;
  const fit = (): void => {
    card.style.setProperty("--visible", `${viewport.height}px`);
    card.style.setProperty("--above", `${viewport.offsetTop}px`);
  };
  fit();
  viewport.addEventListener("resize", fit);
  viewport.addEventListener("scroll", fit);
  return () => {
    viewport.removeEventListener("resize", fit);
    viewport.removeEventListener("scroll", fit);
  };
}
