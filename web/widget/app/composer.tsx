/// Where the visitor writes, with the way to a person always beside it.

import type { VNode } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { words } from "../shared/strings";
import type { SpeakingParts } from "./card";
import { Icon } from "./icons";

const LONGEST = 8_000;

export function Composer({
  chat,
  shell,
  say,
  prefill,
}: SpeakingParts & { prefill: { text: string } | undefined }): VNode {
  const { tab } = shell;
  const [text, setText] = useState(() => prefill?.text ?? tab.get<string>("draft") ?? "");
  const input = useRef<HTMLTextAreaElement>(null);
  const { agent, state } = chat.standing;

  useEffect(() => {
    if (prefill) setText(prefill.text);
  }, [prefill]);
  useEffect(() => tab.set("draft", text), [tab, text]);
  useLayoutEffect(() => {
    const element = input.current;
    if (!element) return;
    element.style.setProperty("height", "auto");
    element.style.setProperty("height", `${element.scrollHeight}px`);
  }, [text]);

  const send = (): void => {
    const said = text.trim();
    if (!said) return;
    chat.say({ text: said });
    setText("");
    input.current?.focus({ preventScroll: true });
  };

  // A person is on the way, or there already.
  const served = state === "escalated" || state === "human_owned";
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div class="input">
        <textarea
          ref={input}
          rows={1}
          dir="auto"
          value={text}
          maxLength={LONGEST}
          enterkeyhint="send"
          aria-label={agent ? words.placeholderAgent(agent) : words.placeholder}
          placeholder={agent ? words.placeholderAgent(agent) : words.placeholder}
          onInput={(event) => {
            setText(event.currentTarget.value);
            chat.typed();
          }}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            send();
          }}
        />
        <button type="submit" class="round send" aria-label={words.send} disabled={!text.trim()}>
          <Icon name="send" />
        </button>
      </div>
      {served ? null : (
        <div class="ways">
          {shell.info().buttons.map(({ action, label }) => (
            <button type="button" class="way" key={action} onClick={() => say({ text: label, action })}>
              <Icon name="person" /> {label}
            </button>
          ))}
        </div>
      )}
    </form>
  );
}
