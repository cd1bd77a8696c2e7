/// One honest line above the input: no network, or who has been told and since when.

import type { VNode } from "preact";
import { words } from "../shared/strings";
import type { Away } from "../shared/wire";
import type { Parts } from "./card";
import { Icon } from "./icons";
import { ago, exact, span } from "./time";
import { useLasting, useNow, useOnline } from "./use";

/// A reconnect that takes no longer than this is nobody's business.
const HICCUP_MS = 4_000;
const REFRESH_MS = 10_000;

export function Status({ chat, shell }: Parts): VNode | null {
  const online = useOnline();
  const lost = useLasting(chat.connected ? undefined : "lost", HICCUP_MS);
  const { waitingSince, away } = chat.standing;
  if (!online) return <p class="status">{words.offline}</p>;
  if (lost) return <p class="status">{words.reconnecting}</p>;
  return waitingSince ? <Waiting since={waitingSince} away={away} usualS={shell.info().reply_time_seconds} /> : null;
}

interface Wait {
  since: string;
  away: Away | undefined;
  usualS: number | null;
}

function Waiting({ since, away, usualS }: Wait): VNode {
  const now = useNow(REFRESH_MS);
  const late = usualS !== null && now - Date.parse(since) > usualS * 1000;
  // How soon somebody answers is not known while nobody is there.
  const stillAway = away && (away.until === null || now < Date.parse(away.until));
  const soon = late ? words.lateReply : usualS === null ? null : words.usualReply(span(usualS));
  return (
    <p class="status waiting" data-testid="waiting">
      <Icon name="clock" />
      <span>
        <b title={exact(since)}>{stillAway ? words.away : words.toldAgo(ago(since, now))}</b>{" "}
        {stillAway ? words.awayReply : soon}
      </span>
    </p>
  );
}
