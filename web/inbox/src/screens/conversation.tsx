import { CloudOff, SearchX } from "lucide-react";
import { Dialog } from "radix-ui";
import { type Ref, useImperativeHandle, useRef } from "react";
import { Link, useLocation } from "wouter";
import { Problem } from "../api/client";
import type { Row } from "../api/wire";
import { useLive, useLog, useRows } from "../live/live";
import { useOpened } from "../live/queries";
import { type View, pathOf } from "../live/views";
import { Button } from "../parts/button";
import { Empty } from "../parts/empty";
import { DETAILS_FOLDED, useMedia } from "../parts/media";
import { useToasts } from "../parts/toast";
import { visitorName } from "../text/names";
import { useActions } from "./actions";
import { Composer, type ComposerControls } from "./composer";
import { Details } from "./details";
import { Messages } from "./messages";
import { ThreadHead } from "./thread-head";

export interface ThreadControls extends ComposerControls {
  resolve(): void;
}

interface ConversationPaneProps {
  conversationId: string;
  view: View;
  detailsOpen: boolean;
  wantsCaret: boolean;
  onTakeOver(row: Row): void;
  ref: Ref<ThreadControls>;
}

export function ConversationPane(props: ConversationPaneProps) {
  const { conversationId, view, detailsOpen, onTakeOver } = props;
  const { me } = useLive();
  const row = useRows().get(conversationId);
  const { log, status } = useLog(conversationId);
  const opened = useOpened(conversationId);
  const [, navigate] = useLocation();
  const folded = useMedia(DETAILS_FOLDED);
  const actions = useActions();
  const toasts = useToasts();
  const composer = useRef<ComposerControls>(null);
  const here = pathOf(view, conversationId);

  useImperativeHandle(props.ref, () => ({
    reply: () => composer.current?.reply(),
    note: () => composer.current?.note(),
    resolve: () => {
      if (!row || row.state === "resolved") return;
      if (row.owner?.id === me.id) void actions.resolve(row);
      else toasts.say("Take over first", "Only whoever has a conversation resolves it.");
    },
  }));

  if (!row) {
    const gone = opened.error instanceof Problem && opened.error.status === 404;
    return (
      <main className="thread thread--nothing">
        {opened.isError ? (
          <Empty
            icon={gone ? <SearchX /> : <CloudOff />}
            title={gone ? "There is no such conversation" : "This conversation could not be read"}
            action={
              gone ? (
                <Link href={pathOf(view)}>Back to the list</Link>
              ) : (
                <Button onClick={() => void opened.refetch()}>Try again</Button>
              )
            }
          />
        ) : (
          <div className="skeletons skeletons--thread" role="status" aria-label="Loading the conversation" />
        )}
      </main>
    );
  }

  const details = <Details row={row} context={opened.data} events={log.events} view={view} />;
  return (
    <>
      <main className="thread" aria-label={`Conversation with ${visitorName(row.visitor)}`}>
        <ThreadHead
          row={row}
          back={pathOf(view)}
          detailsHref={folded ? `${here}/details` : null}
          onTakeOver={() => onTakeOver(row)}
        />
        <Messages
          row={row}
          log={log}
          status={status}
          seenSeq={opened.data?.seen_seq ?? 0}
          onRetry={() => void opened.refetch()}
        />
        <Composer ref={composer} row={row} wantsCaret={props.wantsCaret} onTakeOver={() => onTakeOver(row)} />
      </main>
      {!folded && details}
      <Dialog.Root open={folded && detailsOpen} onOpenChange={(open) => !open && navigate(here)}>
        <Dialog.Portal>
          <Dialog.Overlay className="veil" />
          <Dialog.Content className="drawer drawer--right" aria-describedby={undefined}>
            <Dialog.Title className="unseen">Details</Dialog.Title>
            {details}
            <Dialog.Close className="button drawer__close">Back to the conversation</Dialog.Close>
          </Dialog.Content>
        </Dialog.Portal>
      </Dialog.Root>
    </>
  );
}
