/// After a chat is closed: how was it, from one to five.

import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { words } from "../shared/strings";
import type { Chat } from "./chat";
import { Icon } from "./icons";

const SCORES = [1, 2, 3, 4, 5];

export function Rating({ chat }: { chat: Chat }): VNode {
  const [score, setScore] = useState(0);
  const [comment, setComment] = useState("");
  const [phase, setPhase] = useState<"open" | "sending" | "failed">("open");
  if (chat.rated) {
    return (
      <p class="rating thanks" role="status">
        {words.rateThanks}
      </p>
    );
  }
  const submit = (event: Event): void => {
    event.preventDefault();
    setPhase("sending");
    chat.rate(score, comment.trim()).catch(() => setPhase("failed"));
  };
  return (
    <form class="rating" onSubmit={submit}>
      <fieldset>
        <legend>{words.rateTitle}</legend>
        <div class="stars">
          {SCORES.map((value) => (
            <label key={value} class={value <= score ? "lit" : ""} title={words.rateScore(value)}>
              <input
                type="radio"
                name="score"
                value={value}
                aria-label={words.rateScore(value)}
                checked={value === score}
                onChange={() => setScore(value)}
              />
              <Icon name="star" />
            </label>
          ))}
        </div>
      </fieldset>
      {score > 0 ? (
        <>
          <textarea
            rows={2}
            maxLength={2000}
            aria-label={words.rateComment}
            placeholder={words.rateComment}
            value={comment}
            onInput={(event) => setComment(event.currentTarget.value)}
          />
          {phase === "failed" ? <p role="alert">{words.rateFailed}</p> : null}
          <button type="submit" class="primary" disabled={phase === "sending"}>
            {words.rateSend}
          </button>
        </>
      ) : null}
    </form>
  );
}
