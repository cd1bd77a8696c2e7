import { ArrowDown, CloudOff } from "lucide-react";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { Row } from "../api/wire";
import { assistantHas, draftShown } from "../live/answers";
import { useDraft, useLive, useTyping, useUnsent } from "../live/live";
import type { Log } from "../live/log";
import type { LogState } from "../live/logs";
import { useNow } from "../live/now";
import { useTeamName } from "../live/queries";
import { type ThreadItem, assistantIsWriting, threadItems } from "../live/thread";
import { useWatching } from "../live/watching";
import { AssistantMark, AuthorMark } from "../parts/avatar";
import { Button } from "../parts/button";
import { Dots } from "../parts/dots";
import { Empty } from "../parts/empty";
import { firstName, visitorName } from "../text/names";
import { type Naming, sentenceOf } from "../text/sentences";
import { dayName, exactTime, timeOfDay } from "../text/times";
import { Draft, Message, Note, UnsentMessage } from "./message";

interface MessagesProps {
  row: Row;
  log: Log;
  status: LogState["status"];
  seenSeq: number;
  onRetry(): void;
}

/** So close to the end, the thread follows what comes. */
const NEAR_END_PX = 80;

export function Messages({ row, log, status, seenSeq, onRetry }: MessagesProps) {
  const { me } = useLive();
  const unsent = useUnsent();
  const writer = useTyping(row.id);
  const teamName = useTeamName();
  const items = useMemo(
    () =>
      threadItems(
        log,
        unsent.filter((item) => item.conversationId === row.id),
      ),
    [log, unsent, row.id],
  );
  const draft = draftShown(useDraft(row.id), row, log);
  const writing = assistantIsWriting(row, log);
  useWatching(row.id, assistantHas(row));
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const toEnd = () => scroller.current?.scrollTo({ top: scroller.current.scrollHeight });

  useLayoutEffect(() => {
    if (atEnd) toEnd();
  }, [items, writing, writer, draft, atEnd]);
  // The composer grows, the keyboard of a phone opens, a line is added to a message: the end stays in sight.
  useEffect(() => {
    if (!scroller.current || !content.current || !atEnd) return;
    const resized = new ResizeObserver(toEnd);
    resized.observe(scroller.current);
    resized.observe(content.current);
    return () => resized.disconnect();
  }, [atEnd]);

  const mineUnsent = items.filter((item) => item.kind === "unsent").length;
  useEffect(() => {
    if (mineUnsent > 0) setAtEnd(true); // who has just written wants to see it
  }, [mineUnsent]);

  const naming: Naming = { team: teamName, myId: me.id };
  const lastSeen = items.findLast((item) => item.kind === "message" && fromUs(item) && item.event.seq <= seenSeq);
  return (
    <div className="messages">
      <div
        ref={scroller}
        className="messages__scroller"
        role="log"
        aria-label="Messages"
        aria-busy={status === "loading"}
        tabIndex={0}
        onScroll={(event) => {
          const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
          setAtEnd(scrollHeight - scrollTop - clientHeight < NEAR_END_PX);
        }}
      >
        <div ref={content} className="messages__content">
          {status === "failed" && log.events.length === 0 && (
            <Empty
              icon={<CloudOff />}
              title="The messages could not be read"
              action={<Button onClick={onRetry}>Try again</Button>}
            />
          )}
          {items.map((item) => (
            <Item key={item.key} item={item} row={row} naming={naming} seen={item === lastSeen} />
          ))}
          {writer && (
            <p className={`typing${writer.kind === "visitor" ? "" : " typing--ours"}`}>
              <AuthorMark author={writer} visitor={row.visitor} />
              {writer.kind === "visitor" ? visitorName(row.visitor) : firstName(writer.name)} is typing <Dots />
            </p>
          )}
          {draft ? (
            <Draft text={draft} />
          ) : (
            writing && (
              <p className="typing typing--ours">
                <AssistantMark size="tiny" /> The assistant is answering <Dots />
              </p>
            )
          )}
        </div>
      </div>
      {!atEnd && (
        <button type="button" className="messages__end" onClick={toEnd}>
          <ArrowDown size={15} aria-hidden /> Latest
        </button>
      )}
    </div>
  );
}

function fromUs(item: ThreadItem): boolean {
  return item.kind === "message" && item.event.author.kind !== "visitor";
}

function Item({ item, row, naming, seen }: { item: ThreadItem; row: Row; naming: Naming; seen: boolean }) {
  switch (item.kind) {
    case "day":
      return <Day at={item.at} />;
    case "message":
      return <Message event={item.event} row={row} myId={naming.myId} startsGroup={item.startsGroup} seen={seen} />;
    case "note":
      return <Note event={item.event} myId={naming.myId} />;
    case "unsent":
      return <UnsentMessage unsent={item.unsent} />;
    case "happening": {
      const sentence = sentenceOf(item.event, naming);
      if (!sentence) return null;
      return (
        <p className={`happening happening--${item.event.type}`} title={exactTime(item.event.at)}>
          <span>
            {sentence}
            {item.times > 1 && ` · ${item.times} times`}
            <time dateTime={item.event.at}>{timeOfDay(item.event.at)}</time>
          </span>
        </p>
      );
    }
  }
}

function Day({ at }: { at: string }) {
  return (
    <h3 className="day" title={exactTime(at)}>
      <span>{dayName(at, useNow())}</span>
    </h3>
  );
}
