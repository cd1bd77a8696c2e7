import { memo } from "react";
import { Link } from "wouter";
import type { Row } from "../api/wire";
import { useTyping } from "../live/live";
import { useNow } from "../live/now";
import { AuthorMark, Controller, VisitorAvatar } from "../parts/avatar";
import { Button, Key } from "../parts/button";
import { RunningWait } from "../parts/wait";
import { visitorName } from "../text/names";
import { reasonOf } from "../text/sentences";
import { exactTime, shortAge } from "../text/times";

interface ConversationRowProps {
  row: Row;
  href: string;
  open: boolean;
  myId: string;
  onTakeOver(row: Row): void;
}

export const ConversationRow = memo(function ConversationRow(props: ConversationRowProps) {
  const { row, href, open, myId } = props;
  const name = visitorName(row.visitor);
  const last = row.last_message;
  const writer = useTyping(row.id);
  const pressing = row.priority === "urgent" || row.priority === "high" ? row.priority : "";
  const canTakeOver = row.state !== "human_owned" && row.state !== "resolved";
  return (
    <li className={`row${open ? " is-open" : ""}${row.waiting_since ? " is-waiting" : ""}`} data-conversation={row.id}>
      <Link href={href} className="row__link" aria-current={open ? "true" : undefined} data-row>
        <VisitorAvatar visitor={row.visitor} />
        <span className="row__name">{name}</span>
        <span className="row__when">
          {row.waiting_since ? <RunningWait row={row} /> : last && <Age at={last.at} />}
        </span>
        <span className="row__last">
          {writer ? (
            <em>{writer.kind === "visitor" ? "is typing…" : `${writer.name} is typing…`}</em>
          ) : (
            last && (
              <>
                <AuthorMark author={last.author} visitor={row.visitor} />
                <span className="unseen">
                  {last.author.kind === "visitor" ? name : last.author.name || "Assistant"}:{" "}
                </span>
                {last.text}
              </>
            )
          )}
        </span>
        <span className="row__labels">
          {row.handoff && <span className="chip chip--reason">{reasonOf(row.handoff)}</span>}
          <span className="row__grey">{[pressing, row.team?.name, ...row.tags].filter(Boolean).join(" · ")}</span>
        </span>
        <span className="row__controller">
          <Controller row={row} myId={myId} />
        </span>
      </Link>
      {canTakeOver && (
        <Button look="primary" small className="row__take" onClick={() => props.onTakeOver(row)}>
          Take over <span className="unseen">{name}</span> <Key>A</Key>
        </Button>
      )}
    </li>
  );
});

function Age({ at }: { at: string }) {
  const now = useNow();
  return (
    <time dateTime={at} title={exactTime(at)}>
      {shortAge(at, now)}
    </time>
  );
}
