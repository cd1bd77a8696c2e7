/// One honest line above the input: no network, or who has been told and since when.

import type { VNode } from "preact";
import { words } from "../shared/strings";
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
  if (!waitingSince) return null;
  return away ? (
    <Away since={waitingSince} />
  ) : (
    <Waiting since={waitingSince} usualS={shell.info().reply_time_seconds} />
  );
}

/// How soon somebody answers is not known then.
function Away({ since }: { since: string }): VNode {
  return (
    <p class="status waiting" data-testid="waiting">
      <Icon name="clock" />
      <span title={exact(since)}>{words.awayReply}</span>
    </p>
  );
}

function Waiting({ since, usualS }: { since: string; usualS: number | null }): VNode {
  const now = useNow(REFRESH_MS);
  const late = usualS !== null && now - Date.parse(since) > usualS * 1000;
  return (
    <p class="status waiting" data-testid="waiting">
      <Icon name="clock" />
      <span>
        <b title={exact(since)}>{words.toldAgo(ago(since, now))}</b>{" "}
        {late ? words.lateReply : usualS === null ? null : words.usualReply(span(usualS))}
      </span>
    </p>
  );
}
