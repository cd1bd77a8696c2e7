/// The thread: what was said, and hairlines for what happened between.

import { Fragment, type VNode } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { words } from "../shared/strings";
import type { ChatEvent } from "../shared/wire";
import { Bubble, Delivery, Mark } from "./bubble";
import type { SpeakingParts } from "./card";
import { Icon } from "./icons";
import { Offers } from "./offers";
import { Rating } from "./rating";
import { assistantAnswers } from "./thread";
import { day, exact, sameDay } from "./time";
import { useLasting } from "./use";

/// How far from the end still counts as reading the end.
const NEAR_PX = 80;
const SLOW_MS = 25_000;
/// An answer that is there sooner needs no announcement.
const QUICK_MS = 200;

export function Messages({ chat, shell, say }: SpeakingParts): VNode {
  const { events, outgoing, standing } = chat;
  const log = useRef<HTMLDivElement>(null);
  const [below, setBelow] = useState(false);
  const lastOutgoing = outgoing.at(-1);
  const accepted = lastOutgoing?.state === "sent" && assistantAnswers(standing.state) ? lastOutgoing.id : undefined;
  const answering = lastOutgoing ? accepted : standing.answering?.id;
  const composing = useLasting(answering, QUICK_MS);
  const slow = useLasting(answering, SLOW_MS);
  const length = events.length + outgoing.length;
  const atEnd = useRef(true);

  useLayoutEffect(() => {
    const element = log.current;
    if (!element) return;
    const ours = outgoing.length > 0 && lastOutgoing?.state === "sending";
    if (atEnd.current || ours) element.scrollTop = element.scrollHeight;
    else setBelow(true);
  }, [length]);

  // What grows later (a form, a rating, the keyboard) must not push the end out of sight either.
  useEffect(() => {
    const element = log.current;
    if (!element || !("ResizeObserver" in window)) return;
    const watch = new ResizeObserver(() => {
      if (atEnd.current) element.scrollTop = element.scrollHeight;
    });
    watch.observe(element);
    if (element.firstElementChild) watch.observe(element.firstElementChild);
    return () => watch.disconnect();
  }, []);

  const scrolled = (): void => {
    const element = log.current;
    if (!element) return;
    atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
    if (atEnd.current) setBelow(false);
  };

  return (
    <div class="thread">
      <div ref={log} class="log" role="log" aria-live="polite" aria-label={words.log} tabIndex={0} onScroll={scrolled}>
        <div class="lines">
          <Greeting chat={chat} shell={shell} say={say} />
          {chat.loaded ? null : <p class="hairline">{words.loading}</p>}
          {events.map((event, i) => (
            <Line key={event.seq} event={event} before={events[i - 1]} after={events[i + 1]} host={shell.host} />
          ))}
          {outgoing.map((message) => (
            <div key={message.id} class="turn mine">
              <Bubble text={message.text} mine unsent={message.state === "waiting" || message.state === "refused"} />
              <Delivery message={message} chat={chat} />
            </div>
          ))}
          {chat.draft || (composing && !slow) ? <Answering draft={chat.draft} /> : null}
          {slow && !chat.draft ? <p class="hairline">{words.slow}</p> : null}
          {chat.typing !== undefined ? <Typing name={chat.typing || words.team} /> : null}
          {standing.closedSeq === undefined || outgoing.length > 0 ? null : (
            <Rating chat={chat} key={standing.closedSeq} />
          )}
          <Offers chat={chat} shell={shell} say={say} />
        </div>
      </div>
      {below ? (
        <button
          type="button"
          class="below"
          onClick={() => {
            if (log.current) log.current.scrollTop = log.current.scrollHeight;
          }}
        >
          <Icon name="down" /> {words.newMessages}
        </button>
      ) : null}
    </div>
  );
}

function Greeting({ chat, shell, say }: SpeakingParts): VNode {
  const { look } = shell.info();
  const text = shell.options().greeting ?? (look.greeting || words.greeting);
  const empty = chat.loaded && chat.events.length === 0 && chat.outgoing.length === 0;
  return (
    <>
      <div class="turn">
        <Mark kind="assistant" name={words.assistant} />
        <Bubble text={text} />
      </div>
      {empty && look.suggestions.length > 0 ? (
        <div class="offers">
          {look.suggestions.map((suggestion) => (
            <button type="button" class="chip" key={suggestion} onClick={() => say({ text: suggestion })}>
              {suggestion}
            </button>
          ))}
        </div>
      ) : null}
    </>
  );
}

interface LineProps {
  event: ChatEvent;
  before: ChatEvent | undefined;
  after: ChatEvent | undefined;
  host: string;
}

function Line({ event, before, after, host }: LineProps): VNode {
  const newDay = !sameDay(before?.at ?? new Date().toISOString(), event.at);
  return (
    <Fragment>
      {newDay ? <p class="day">{day(event.at)}</p> : null}
      {event.type === "message" ? (
        <Said event={event} before={newDay ? undefined : before} after={after} host={host} />
      ) : (
        <Happened event={event} />
      )}
    </Fragment>
  );
}

function Said({ event, before, after, host }: LineProps): VNode {
  const mine = event.author.kind === "visitor";
  const first = !sameAuthor(before, event);
  return (
    <div class={`turn ${mine ? "mine" : ""} ${first ? "" : "more"}`} data-author={event.author.kind}>
      {first && !mine ? <Mark kind={event.author.kind} name={event.author.name} at={event.at} /> : null}
      <Bubble
        text={event.text ?? ""}
        mine={mine}
        title={exact(event.at)}
        citations={event.data?.citations ?? []}
        host={host}
        last={!sameAuthor(event, after)}
      />
    </div>
  );
}

function sameAuthor(one: ChatEvent | undefined, other: ChatEvent | undefined): boolean {
  return (
    one?.type === "message" &&
    other?.type === "message" &&
    one.author.kind === other.author.kind &&
    one.author.name === other.author.name
  );
}

function Happened({ event }: { event: ChatEvent }): VNode | null {
  const sentence = happened(event);
  return sentence ? (
    <p class="hairline" title={exact(event.at)}>
      <span>{sentence}</span>
    </p>
  ) : null;
}

function happened({ type, data }: ChatEvent): string | undefined {
  if (type !== "transition") return undefined;
  const name = data?.owner?.name;
  switch (data?.to) {
    case "human_owned":
      return name ? words.joined(name) : undefined;
    case "escalated":
      return data.from === "human_owned" ? words.backInQueue : words.told;
    case "ai_handling":
      return data.from === "human_owned" ? words.leftToAssistant : undefined;
    case "resolved":
      return words.ended;
    default:
      return undefined;
  }
}

function Typing({ name }: { name: string }): VNode {
  return (
    <div class="turn typing">
      <Mark kind="agent" name={name} />
      <div class="bubble dots" role="status" aria-label={words.typing(name)}>
        <Dots />
      </div>
    </div>
  );
}

/// The answer in the making, where the answer will stand. To a screen reader it is said once that one is being written, not
/// each word of it: the answer itself is read out when it is there.
function Answering({ draft }: { draft: string }): VNode {
  return (
    <div class="turn typing">
      <Mark kind="assistant" name={words.assistant} />
      <span class="unseen" role="status">
        {words.typing(words.assistant)}
      </span>
      {draft ? (
        <div class="bubble last draft" aria-hidden="true">
          <div dir="auto">{draft}</div>
        </div>
      ) : (
        <div class="bubble dots" aria-hidden="true">
          <Dots />
        </div>
      )}
    </div>
  );
}

function Dots(): VNode {
  return (
    <>
      <i />
      <i />
      <i />
    </>
  );
}
