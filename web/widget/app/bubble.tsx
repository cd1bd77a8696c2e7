/// One message: its text, its sources, and for the visitor's own whether it has been sent.

import type { VNode } from "preact";
import { useId, useState } from "preact/hooks";
import { words } from "../shared/strings";
import type { AuthorKind, Citation } from "../shared/wire";
import { initial } from "./card";
import type { Chat } from "./chat";
import { Icon } from "./icons";
import type { Outgoing } from "./outbox";
import { safeAddress, Text } from "./text";
import { clock, exact } from "./time";
import { useLasting } from "./use";

const QUICK_MS = 1_500;

interface BubbleProps {
  text: string;
  mine?: boolean;
  unsent?: boolean;
  last?: boolean;
  title?: string;
  citations?: Citation[];
  host?: string;
}

export function Bubble({ text, mine, unsent, last = true, title, citations = [], host = "" }: BubbleProps): VNode {
  return (
    <>
      <div class={`bubble ${unsent ? "unsent" : ""} ${last ? "last" : ""}`} title={title}>
        {mine ? <span class="unseen">{words.you}: </span> : null}
        <div dir="auto">
          <Text text={text} />
        </div>
      </div>
      {citations.length > 0 ? <Sources citations={citations} host={host} /> : null}
    </>
  );
}

/// Who wrote, above the first of their messages.
export function Mark({ kind, name, at }: { kind: AuthorKind; name: string; at?: string }): VNode {
  const shown = kind === "agent" ? name || words.team : words.assistant;
  return (
    <p class="mark">
      <span class={`dot ${kind}`}>{kind === "agent" ? initial(shown) : <Icon name="spark" />}</span>
      <b>{shown}</b>
      {at ? (
        <time dateTime={at} title={exact(at)}>
          {clock(at)}
        </time>
      ) : null}
    </p>
  );
}

function Sources({ citations, host }: { citations: Citation[]; host: string }): VNode {
  const [open, setOpen] = useState<string>();
  const id = useId();
  const shown = citations.find(({ passage_id }) => passage_id === open);
  const address = shown?.url ? safeAddress(shown.url, host) : undefined;
  return (
    <div class="sources">
      <div class="chips" role="group" aria-label={words.sources}>
        {citations.map(({ passage_id, title }) => (
          <button
            type="button"
            class="source"
            key={passage_id}
            aria-expanded={passage_id === open}
            aria-controls={id}
            onClick={() => setOpen(passage_id === open ? undefined : passage_id)}
          >
            <Icon name="page" />
            <span>{title}</span>
          </button>
        ))}
      </div>
      <div id={id}>
        {shown ? (
          <blockquote>
            <p dir="auto">{shown.quote}</p>
            {address ? (
              <a href={address} target="_blank" rel="noopener noreferrer">
                {words.openSource} <Icon name="out" />
              </a>
            ) : null}
          </blockquote>
        ) : null}
      </div>
    </div>
  );
}

/// Where a message of the visitor stands before it is part of the thread. What goes well is too quick to be worth a line.
export function Delivery({ message, chat }: { message: Outgoing; chat: Chat }): VNode | null {
  const lasting = useLasting(message.id, QUICK_MS);
  if (message.state === "sending" || message.state === "sent") {
    const sent = message.state === "sent";
    if (!lasting) return null;
    return (
      <p class="delivery">
        <Icon name={sent ? "check" : "clock"} /> {sent ? words.sent : words.sending}
      </p>
    );
  }
  const refused = message.state === "refused";
  const why = message.status === 413 || message.status === 422 ? words.refusedLength : words.refused;
  return (
    <p class="delivery unsent" role="status">
      <Icon name={refused ? "warning" : "clock"} /> {refused ? why : words.unsent}
      <button type="button" class="link" onClick={() => chat.outbox.retry(message.id)}>
        {words.retry}
      </button>
      {refused ? (
        <button type="button" class="link" onClick={() => chat.outbox.discard(message.id)}>
          {words.discard}
        </button>
      ) : null}
    </p>
  );
}
