import { BookOpen, CircleAlert, Clock, ExternalLink, Lock, MousePointerClick } from "lucide-react";
import { Popover } from "radix-ui";
import type { Citation, ConversationEvent, Row } from "../api/wire";
import { useLive } from "../live/live";
import type { Unsent } from "../live/outbox";
import { AssistantMark, AuthorMark } from "../parts/avatar";
import { Button } from "../parts/button";
import { Dots } from "../parts/dots";
import { pieces, webAddress } from "../text/links";
import { visitorName } from "../text/names";
import { exactTime, timeOfDay } from "../text/times";
import { Teach } from "./custom-actions/teach";

interface MessageProps {
  event: ConversationEvent;
  row: Row;
  myId: string;
  startsGroup: boolean;
  seen: boolean;
}

export function Message({ event, row, myId, startsGroup, seen }: MessageProps) {
  const { author, data } = event;
  const theirs = author.kind === "visitor";
  const name = theirs
    ? visitorName(row.visitor)
    : author.kind === "assistant"
      ? "Assistant"
      : author.id === myId
        ? "You"
        : author.name;
  return (
    <article className={`message ${theirs ? "message--theirs" : "message--ours"}`} aria-label={`${name} wrote`}>
      {startsGroup && (
        <header className="message__by">
          <AuthorMark author={author} visitor={row.visitor} />
          <span>{name}</span>
          <time dateTime={event.at} title={exactTime(event.at)}>
            {timeOfDay(event.at)}
          </time>
        </header>
      )}
      <div className="bubble" title={startsGroup ? undefined : exactTime(event.at)}>
        <WithLinks text={event.text} />
        {data.action && (
          <span className="bubble__button">
            <MousePointerClick size={13} aria-hidden /> by a button
          </span>
        )}
        {theirs && !data.action && event.text.trim() && <Teach text={event.text} />}
      </div>
      {data.citations && data.citations.length > 0 && (
        <div className="citations" role="group" aria-label="Sources">
          {data.citations.map((citation, index) => (
            <CitationChip key={citation.passage_id || index} citation={citation} />
          ))}
        </div>
      )}
      {data.form && data.form.length > 0 && (
        <p className="message__under">Asked for: {data.form.map((field) => field.label).join(" · ")}</p>
      )}
      {data.quick_replies && data.quick_replies.length > 0 && (
        <p className="message__under">Offered: {data.quick_replies.join(" · ")}</p>
      )}
      {seen && <p className="message__under">Seen</p>}
    </article>
  );
}

/** The assistant's answer in the making. What is read out is the answer itself, once it is there. */
export function Draft({ text }: { text: string }) {
  return (
    <div className="message message--ours message--draft" aria-hidden>
      <header className="message__by">
        <AssistantMark size="tiny" />
        <span>Assistant</span>
        <Dots />
      </header>
      <div className="bubble">
        <p className="words" dir="auto">
          {text}
        </p>
      </div>
    </div>
  );
}

function CitationChip({ citation }: { citation: Citation }) {
  const href = webAddress(citation.url);
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <button type="button" className="chip chip--citation" aria-label={`Source: ${citation.title}`}>
          <BookOpen size={12} aria-hidden /> {citation.title}
        </button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="passage"
          align="end"
          sideOffset={6}
          collisionPadding={12}
          aria-label={citation.title}
        >
          <h4>{citation.title}</h4>
          <blockquote>{citation.quote}</blockquote>
          {citation.url && href && (
            <a href={href} target="_blank" rel="noreferrer">
              Open the source <ExternalLink size={13} aria-hidden />
            </a>
          )}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

export function Note({ event, myId }: { event: ConversationEvent; myId: string }) {
  const name = event.author.id === myId ? "You" : event.author.name;
  return (
    <article className="note" aria-label={`Private note by ${name}`}>
      <header className="message__by">
        <Lock size={12} aria-hidden />
        <span>{name} · only your team sees this</span>
        <time dateTime={event.at} title={exactTime(event.at)}>
          {timeOfDay(event.at)}
        </time>
      </header>
      <WithLinks text={event.text} />
    </article>
  );
}

export function UnsentMessage({ unsent }: { unsent: Unsent }) {
  const { outbox } = useLive();
  const note = unsent.kind === "note";
  return (
    <article
      className={note ? "note is-unsent" : "message message--ours is-unsent"}
      aria-label={note ? "Your private note, not sent yet" : "Your message, not sent yet"}
    >
      <div className={note ? undefined : "bubble"}>
        <WithLinks text={unsent.text} />
      </div>
      <p className="message__under" role="status">
        {unsent.status === "refused" ? (
          <>
            <CircleAlert size={13} aria-hidden /> Not sent. {unsent.problem}
          </>
        ) : unsent.status === "waiting" ? (
          <>
            <Clock size={13} aria-hidden /> Not sent yet, trying again
          </>
        ) : (
          <>
            <Clock size={13} aria-hidden /> Sending
          </>
        )}
      </p>
      {(unsent.status === "refused" || unsent.status === "waiting") && (
        <div className="message__again">
          <Button small onClick={() => outbox.retry(unsent.id)}>
            Try again
          </Button>
          <Button small look="quiet" onClick={() => outbox.discard(unsent.id)}>
            Discard
          </Button>
        </div>
      )}
    </article>
  );
}

function WithLinks({ text }: { text: string }) {
  return (
    <p className="words" dir="auto">
      {pieces(text).map((piece, index) =>
        piece.href ? (
          <a key={index} href={piece.href} target="_blank" rel="noreferrer nofollow">
            {piece.text}
          </a>
        ) : (
          piece.text
        ),
      )}
    </p>
  );
}
