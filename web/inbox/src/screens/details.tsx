import { BadgeCheck, Check, Clock, Globe, History, Mail, Minus, Monitor, Plus, Sparkles, Users, X } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Link } from "wouter";
import type { ConversationContext, ConversationEvent, Row } from "../api/wire";
import { useNow } from "../live/now";
import { useCounts } from "../live/queries";
import { detailLines } from "../live/thread";
import { type View, pathOf } from "../live/views";
import { VisitorAvatar } from "../parts/avatar";
import { IconButton } from "../parts/button";
import { Card } from "../parts/card";
import { browserOf } from "../text/browser";
import { webAddress } from "../text/links";
import { visitorName } from "../text/names";
import { reasonOf } from "../text/sentences";
import { exactTime, longAgo, shortAge, timeThere } from "../text/times";
import { costOf } from "../text/usage";
import { useActions } from "./actions";
import { Why } from "./why";
import { HandoffReasons, HandoffTried } from "./handoff-summary";

interface DetailsProps {
  row: Row;
  context: ConversationContext | undefined;
  events: readonly ConversationEvent[];
  view: View;
}

export function Details({ row, context, events, view }: DetailsProps) {
  const lines = detailLines(row.details, events);
  return (
    <aside className="details" aria-label="Details">
      <Visitor row={row} />
      {row.handoff && <HandoffReasons handoff={row.handoff} />}
      {events.some(callsAPerson) && (
        <Card title="Who waited">
          <Why key={row.id} row={row} events={events} />
        </Card>
      )}
      {lines.length > 0 && (
        <Card title="Collected">
          <dl className="collected">
            {lines.map((line) => (
              <div key={line.label}>
                <dt>{line.label}</dt>
                {line.value ? (
                  <dd>
                    <span>{line.value}</span>
                    {line.verified ? (
                      <span className="collected__mark is-verified" title="Verified">
                        <Check size={14} aria-hidden /> <span className="unseen">Verified</span>
                      </span>
                    ) : (
                      <span className="collected__mark">claimed</span>
                    )}
                  </dd>
                ) : (
                  <dd className="is-missing">
                    <Minus size={14} aria-hidden /> <span className="unseen">Missing</span>
                  </dd>
                )}
              </div>
            ))}
          </dl>
        </Card>
      )}
      {row.handoff && <HandoffTried handoff={row.handoff} />}
      <Card title="Team and tags">
        {row.team && (
          <p className="details__line">
            <Users size={13} aria-hidden /> {row.team.name}
          </p>
        )}
        <Tags row={row} />
      </Card>
      <Where row={row} context={context} />
      {context && context.earlier.length > 0 && (
        <Card title="Earlier">
          <ul className="earlier">
            {context.earlier.map((earlier) => (
              <li key={earlier.id}>
                <Link href={pathOf(view, earlier.id)}>
                  <span>
                    {earlier.handoff ? reasonOf(earlier.handoff) : (earlier.last_message?.text ?? "Conversation")}
                  </span>
                  <Age at={earlier.created_at} />
                </Link>
              </li>
            ))}
          </ul>
        </Card>
      )}
    </aside>
  );
}

function callsAPerson(event: ConversationEvent): boolean {
  return event.type === "transition" && (event.data.to === "escalated" || event.data.to === "human_owned");
}

function Visitor({ row }: { row: Row }) {
  const { visitor } = row;
  const attributes = Object.entries(visitor.attributes).filter(
    ([, value]) => value !== null && typeof value !== "object",
  );
  return (
    <section className="details__visitor">
      <VisitorAvatar visitor={visitor} size="large" />
      <div>
        <h2>
          {visitorName(visitor)}
          {visitor.identified && (
            <span className="details__identified" title="Signed in on your site">
              <BadgeCheck size={15} aria-hidden />
              <span className="unseen">Signed in on your site</span>
            </span>
          )}
        </h2>
        {visitor.email ? (
          <a className="details__line" href={`mailto:${visitor.email}`}>
            <Mail size={13} aria-hidden /> {visitor.email}
          </a>
        ) : (
          !visitor.name && <p className="details__line">Has not said who they are</p>
        )}
      </div>
      {attributes.length > 0 && (
        <dl className="collected">
          {attributes.map(([name, value]) => (
            <div key={name}>
              <dt>{name.replaceAll("_", " ")}</dt>
              <dd>{String(value)}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

function Tags({ row }: { row: Row }) {
  const actions = useActions();
  const { data: counts } = useCounts();
  const [adding, setAdding] = useState("");
  const others = Object.keys(counts?.tags ?? {}).filter((tag) => !row.tags.includes(tag));

  function add(event: FormEvent) {
    event.preventDefault();
    const tag = adding.trim().toLocaleLowerCase();
    setAdding("");
    if (tag && !row.tags.includes(tag)) void actions.retag(row, [tag], []);
  }

  return (
    <div className="tags">
      {row.tags.map((tag) => (
        <span key={tag} className="chip chip--tag">
          {tag}
          <button type="button" aria-label={`Remove the tag ${tag}`} onClick={() => void actions.retag(row, [], [tag])}>
            <X size={12} aria-hidden />
          </button>
        </span>
      ))}
      <form className="tags__add" onSubmit={add}>
        <input
          aria-label="Add a tag"
          placeholder="Add a tag"
          maxLength={40}
          list="known-tags"
          value={adding}
          onChange={(event) => setAdding(event.target.value)}
        />
        {adding.trim() && (
          <IconButton label="Add" type="submit" className="icon-button--small">
            <Plus size={14} aria-hidden />
          </IconButton>
        )}
        <datalist id="known-tags">
          {others.map((tag) => (
            <option key={tag} value={tag} />
          ))}
        </datalist>
      </form>
    </div>
  );
}

function Where({ row, context }: { row: Row; context: ConversationContext | undefined }) {
  const now = useNow();
  const href = webAddress(row.page.url);
  const userAgent = context?.user_agent;
  const zone = context?.time_zone ?? "";
  const there = timeThere(zone, now);
  const cost = context ? costOf(context.model) : "";
  return (
    <Card title="Where">
      {href && (
        <a className="details__line" href={href} target="_blank" rel="noreferrer nofollow" title={row.page.url}>
          <Globe size={13} aria-hidden /> {row.page.title || href}
        </a>
      )}
      {userAgent && (
        <p className="details__line" title={userAgent}>
          <Monitor size={13} aria-hidden /> {browserOf(userAgent)}
        </p>
      )}
      {there && (
        <p className="details__line" title="The time zone of the visitor's browser when they began">
          <Clock size={13} aria-hidden /> {there} for them · {zone.replaceAll("_", " ")}
        </p>
      )}
      <p className="details__line details__line--grey" title={exactTime(row.created_at)}>
        <History size={13} aria-hidden /> First wrote {longAgo(row.created_at, now)}
      </p>
      {cost && (
        <p className="details__line details__line--grey" title="What the language model has read and written here">
          <Sparkles size={13} aria-hidden /> {cost}
        </p>
      )}
    </Card>
  );
}

function Age({ at }: { at: string }) {
  const age = shortAge(at, useNow());
  return <time dateTime={at}>{age}</time>;
}
