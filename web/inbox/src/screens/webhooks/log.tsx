import { CircleCheck, CircleX, Clock3, CloudOff, RotateCw, Send } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "wouter";
import type { Attempt, Delivery, DeliveryStatus } from "../../api/webhooks";
import { useNow } from "../../live/now";
import { pathOf } from "../../live/views";
import { isBeingSent, useDeliveries } from "../../live/webhooks";
import { Button } from "../../parts/button";
import { Empty } from "../../parts/empty";
import { exactTime, longAgo } from "../../text/times";
import { standingOf, subjectOf, took } from "../../text/webhooks";

const MARKS: Record<DeliveryStatus, ReactNode> = {
  pending: <Clock3 size={18} />,
  delivered: <CircleCheck size={18} />,
  failed: <CircleX size={18} />,
};

interface LogProps {
  webhookId: string;
  /** Why nothing can be sent now; empty where something can. */
  obstacle: string;
}

/** What was delivered to a webhook, or is to be. */
export function Log({ webhookId, obstacle }: LogProps) {
  const { pages, items, asked, send, sending } = useDeliveries(webhookId);
  return (
    <section className="block" aria-labelledby="deliveries">
      <header className="deliveries__head">
        <h2 id="deliveries">Deliveries</h2>
        <Button small onClick={() => void pages.refetch()}>
          <RotateCw size={14} aria-hidden /> Refresh
        </Button>
        <Button small disabled={obstacle !== "" || sending || !pages.data} onClick={() => send(null)}>
          <Send size={14} aria-hidden /> Send a test
        </Button>
      </header>
      {obstacle && <p className="webhook__lead">{obstacle}</p>}
      {pages.isError && items.length === 0 ? (
        <Empty
          icon={<CloudOff />}
          title="The log cannot be read right now"
          action={<Button onClick={() => void pages.refetch()}>Try again</Button>}
        />
      ) : pages.isPending ? (
        <div className="webhooks__loading" role="status" aria-label="Loading" />
      ) : items.length === 0 ? (
        <Empty icon={<Send />} title="Nothing sent yet">
          Send a test to see whether it arrives.
        </Empty>
      ) : (
        <ol className="deliveries" aria-label="Deliveries">
          {items.map((delivery) => (
            <Entry
              key={delivery.id}
              delivery={delivery}
              beingSent={isBeingSent(delivery, asked)}
              disabled={obstacle !== "" || sending}
              onSend={() => send(delivery)}
            />
          ))}
        </ol>
      )}
      {pages.hasNextPage && (
        <Button small disabled={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          Older ones
        </Button>
      )}
    </section>
  );
}

interface EntryProps {
  delivery: Delivery;
  beingSent: boolean;
  disabled: boolean;
  onSend(): void;
}

function Entry({ delivery, beingSent, disabled, onSend }: EntryProps) {
  const now = useNow();
  const { attempts } = delivery;
  const status = beingSent ? "pending" : delivery.status;
  return (
    <li className={`delivery delivery--${status}`}>
      <span className="delivery__mark" aria-hidden>
        {MARKS[status]}
      </span>
      <div className="delivery__words">
        <h3>{subjectOf(delivery)}</h3>
        <p className="delivery__standing">{standingOf(delivery, beingSent, now)}</p>
        <p className="delivery__facts">
          <time dateTime={delivery.created_at} title={exactTime(delivery.created_at)}>
            {longAgo(delivery.created_at, now)}
          </time>
          <code>{delivery.type}</code>
          {delivery.conversation_id && (
            <Link href={pathOf({ kind: "all" }, delivery.conversation_id)}>Conversation</Link>
          )}
        </p>
      </div>
      <Button
        small
        disabled={disabled || beingSent}
        onClick={onSend}
        aria-label={`Send again: ${subjectOf(delivery)}`}
        title="Send it again, now"
      >
        <RotateCw size={14} aria-hidden /> Send again
      </Button>
      {attempts.length > 0 && (
        <details className="delivery__attempts">
          <summary>{attempts.length === 1 ? "1 attempt" : `${attempts.length} attempts`}</summary>
          <Attempts attempts={attempts} now={now} />
          <p className="delivery__id">
            webhook-id <code>{delivery.id}</code>
          </p>
        </details>
      )}
    </li>
  );
}

function Attempts({ attempts, now }: { attempts: readonly Attempt[]; now: number }) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Attempt</th>
          <th scope="col">When</th>
          <th scope="col">Outcome</th>
          <th scope="col">Status</th>
          <th scope="col">Took</th>
        </tr>
      </thead>
      <tbody>
        {attempts.map(({ number, at, outcome, status_code, duration_ms }) => (
          <tr key={number}>
            <th scope="row">{number}</th>
            <td>
              <time dateTime={at} title={exactTime(at)}>
                {longAgo(at, now)}
              </time>
            </td>
            <td>{outcome}</td>
            <td>{status_code ?? "none"}</td>
            <td>{took(duration_ms)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
