/** The inbox by keyboard. Bare letters only where nobody is writing. */

import { useEffect, useRef } from "react";

export interface KeyCommands {
  /** With the row that has the focus, or null for the open conversation. */
  takeOver(conversationId: string | null): void;
  reply(): void;
  note(): void;
  resolve(): void;
  help(): void;
}

export function useKeys(commands: KeyCommands): void {
  const latest = useRef(commands);
  useEffect(() => {
    latest.current = commands;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.isComposing) return;
      if (document.querySelector('[role="dialog"], [role="menu"]')) return;
      const done = event.altKey ? withAlt(event, latest.current) : bare(event, latest.current);
      if (done) event.preventDefault();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}

/** By the key's place, because Alt with a letter writes something else on many keyboards. */
function withAlt(event: KeyboardEvent, commands: KeyCommands): boolean {
  switch (event.code) {
    case "KeyL":
      commands.reply();
      return true;
    case "KeyP":
      commands.note();
      return true;
    case "KeyE":
      commands.resolve();
      return true;
    case "KeyJ":
      return moveFocus(1);
    case "KeyK":
      return moveFocus(-1);
    default:
      return false;
  }
}

function bare(event: KeyboardEvent, commands: KeyCommands): boolean {
  if (isWriting(event.target)) return false;
  switch (event.key.toLowerCase()) {
    case "j":
      return moveFocus(1);
    case "k":
      return moveFocus(-1);
    case "a":
      commands.takeOver(focusedConversation());
      return true;
    case "r":
      commands.reply();
      return true;
    case "?":
      commands.help();
      return true;
    default:
      return false;
  }
}

function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName))
  );
}

function focusedConversation(): string | null {
  return document.activeElement?.closest<HTMLElement>("[data-conversation]")?.dataset.conversation ?? null;
}

/** From the focused row, else from the open one, else to the first. */
function moveFocus(by: 1 | -1): boolean {
  const links = [...document.querySelectorAll<HTMLElement>("[data-row]")];
  if (links.length === 0) return false;
  const focused = document.activeElement?.closest("[data-conversation]")?.querySelector<HTMLElement>("[data-row]");
  const from = links.indexOf(focused ?? document.createElement("a"));
  const start = from >= 0 ? from : links.findIndex((link) => link.ariaCurrent === "true");
  const to = links[start < 0 ? 0 : Math.min(links.length - 1, Math.max(0, start + by))];
  to?.focus();
  to?.scrollIntoView({ block: "nearest" });
  return true;
}
