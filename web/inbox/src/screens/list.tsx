import { ArrowUp, ArrowUpDown, CircleCheck, CloudOff, MessagesSquare, Menu as MenuIcon, Search, X } from "lucide-react";
import { useDeferredValue, useEffect, useRef, useState } from "react";
import { Link } from "wouter";
import type { Row } from "../api/wire";
import { useLive, useRows } from "../live/live";
import { useCounts, useRowList, useTeamName } from "../live/queries";
import { steady } from "../live/steady";
import { type Sort, type View, defaultSort, pathOf } from "../live/views";
import { Button, IconButton } from "../parts/button";
import { Empty } from "../parts/empty";
import { Menu, MenuChoice } from "../parts/menu";
import { ConversationRow } from "./row";

const TITLES = {
  needs_human: "Needs a human",
  mine: "Mine",
  unassigned: "Unassigned",
  all: "All live",
  resolved: "Resolved",
} as const;

export function useViewTitle(): (view: View) => string {
  const teamName = useTeamName();
  return (view) =>
    view.kind === "team" ? teamName(view.slug) : view.kind === "tag" ? `#${view.tag}` : TITLES[view.kind];
}

const SORTS: readonly { value: Sort; label: string }[] = [
  { value: "waiting", label: "Longest wait first" },
  { value: "latest", label: "Latest first" },
  { value: "priority", label: "Most urgent first" },
];

interface ListProps {
  view: View;
  openId: string | null;
  onRail(): void;
  onTakeOver(row: Row): void;
}

export function ConversationList({ view, openId, onRail, onTakeOver }: ListProps) {
  const { me } = useLive();
  const all = useRows();
  const title = useViewTitle()(view);
  const [sort, setSort] = useState<Sort>(defaultSort(view));
  const [words, setWords] = useState("");
  const searched = useDeferredValue(words.trim());
  const list = useRowList(view, sort, searched);
  // Another order or search is another list: nothing of the old one is held.
  const asked = `${sort} ${searched}`;
  const [held, setHeld] = useState<{ asked: string; ids: readonly string[] } | null>(null);
  const { shown, fresh } = steady(list.rows, held?.asked === asked ? held.ids : null, all);
  const hold = () => setHeld(list.rows.length > 0 ? { asked, ids: list.rows.map((row) => row.id) } : null);

  return (
    <section className="list" aria-label={title}>
      <header className="list__head">
        <IconButton label="Views" className="list__rail-button" onClick={onRail}>
          <MenuIcon size={18} aria-hidden />
        </IconButton>
        <h1>{title}</h1>
        <Menu
          label="Order"
          trigger={
            <button type="button" className="icon-button" aria-label="Order">
              <ArrowUpDown size={16} aria-hidden />
            </button>
          }
        >
          <MenuChoice<Sort> value={sort} choices={SORTS} onChange={setSort} />
        </Menu>
      </header>
      <search className="search">
        <Search size={15} aria-hidden />
        <input
          type="search"
          aria-label="Search conversations"
          placeholder="Search"
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
        {words && (
          <IconButton label="Clear the search" className="icon-button--small" onClick={() => setWords("")}>
            <X size={14} aria-hidden />
          </IconButton>
        )}
      </search>
      <div
        className="list__body"
        onPointerEnter={(event) => event.pointerType === "mouse" && hold()}
        onPointerLeave={() => setHeld(null)}
      >
        {fresh > 0 && (
          <button type="button" className="list__fresh" onClick={hold}>
            <ArrowUp size={14} aria-hidden /> {fresh} new
          </button>
        )}
        {list.status === "loading" && shown.length === 0 ? (
          <Skeletons />
        ) : list.status === "failed" && shown.length === 0 ? (
          <Empty
            icon={<CloudOff />}
            title="This list could not be read"
            action={<Button onClick={list.retry}>Try again</Button>}
          />
        ) : shown.length === 0 ? (
          <NothingHere view={view} words={searched} />
        ) : (
          <ul className="rows" aria-label="Conversations">
            {shown.map((row) => (
              <ConversationRow
                key={row.id}
                row={row}
                href={pathOf(view, row.id)}
                open={row.id === openId}
                myId={me.id}
                onTakeOver={onTakeOver}
              />
            ))}
          </ul>
        )}
        {list.more && <More onReach={list.more} />}
      </div>
    </section>
  );
}

/** Asks for the next page when it comes into sight. */
function More({ onReach }: { onReach(): void }) {
  const mark = useRef<HTMLDivElement>(null);
  const reach = useRef(onReach);
  useEffect(() => {
    reach.current = onReach;
  });
  useEffect(() => {
    const seen = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && reach.current(),
    );
    if (mark.current) seen.observe(mark.current);
    return () => seen.disconnect();
  }, []);
  return <div ref={mark} className="list__more" aria-hidden />;
}

function Skeletons() {
  return (
    <div className="skeletons" role="status" aria-label="Loading conversations">
      {[0, 1, 2, 3].map((index) => (
        <div key={index} className="skeleton" />
      ))}
    </div>
  );
}

function NothingHere({ view, words }: { view: View; words: string }) {
  const { data: counts } = useCounts();
  if (words) {
    return (
      <Empty icon={<Search />} title="Nothing found">
        No conversation here mentions “{words}”.
      </Empty>
    );
  }
  if (view.kind === "needs_human" || view.kind === "unassigned") {
    const live = counts?.all ?? 0;
    return (
      <Empty
        icon={<CircleCheck />}
        title={view.kind === "needs_human" ? "Nobody is waiting" : "Everybody has somebody"}
        action={live > 0 && <Link href="/all">See {live === 1 ? "the live chat" : `all ${live} live chats`}</Link>}
      >
        Whoever needs a person appears here at once.
      </Empty>
    );
  }
  const text = {
    mine: "What you take over stands here until it is resolved.",
    all: "Every chat appears here as soon as a visitor writes.",
    resolved: "What is settled can be read again here.",
    team: "Nothing is with this team right now.",
    tag: "No live chat has this tag.",
  }[view.kind];
  return (
    <Empty icon={<MessagesSquare />} title="Nothing here">
      {text}
    </Empty>
  );
}
