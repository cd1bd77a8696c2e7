import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CloudOff, Plus, Webhook as WebhookIcon } from "lucide-react";
import { Link } from "wouter";
import { type Webhook, webhookRoutes } from "../../api/webhooks";
import { useNow } from "../../live/now";
import { wordsFor } from "../../live/sources";
import { useWebhooks, webhookChanged } from "../../live/webhooks";
import { Button } from "../../parts/button";
import { Empty } from "../../parts/empty";
import { Toggle } from "../../parts/toggle";
import { useToasts } from "../../parts/toast";
import { lastNotice, stopped, toldBy } from "../../text/webhooks";
import { PageHead } from "../custom-actions/page-head";
import { Receiving } from "./receiving";

export function WebhookList({ onRail }: { onRail(): void }) {
  const webhooks = useWebhooks({ watched: true });
  return (
    <>
      <PageHead title="Webhooks" onRail={onRail}>
        <Link href="/webhooks/new" className="button button--small button--primary">
          <Plus size={15} aria-hidden /> New webhook
        </Link>
      </PageHead>
      <div className="settings__columns settings__columns--in-order">
        <div className="settings__main">
          <p className="settings__lead">
            Systems of yours that are told when an action hands a chat over, or that somebody waits: a CRM, a script, a
            channel in Slack. Which of them are told is chosen in each action, and in service policies under “Waiting”.
            What an action tells is tried again for three days, an alert for a minute.
          </p>
          {webhooks.isError ? (
            <Empty
              icon={<CloudOff />}
              title="The webhooks cannot be read right now"
              action={<Button onClick={() => void webhooks.refetch()}>Try again</Button>}
            />
          ) : webhooks.isPending ? (
            <div className="webhooks__loading" role="status" aria-label="Loading" />
          ) : webhooks.data.length === 0 ? (
            <Empty icon={<WebhookIcon />} title="No webhooks yet">
              Add the address of a system of yours, send it a test, then choose it in an action or a service policy.
            </Empty>
          ) : (
            <ul className="actions" aria-label="Webhooks">
              {webhooks.data.map((webhook) => (
                <WebhookRow key={webhook.id} webhook={webhook} />
              ))}
            </ul>
          )}
        </div>
        <Receiving />
      </div>
    </>
  );
}

function WebhookRow({ webhook }: { webhook: Webhook }) {
  const queries = useQueryClient();
  const toasts = useToasts();
  const now = useNow();
  const change = useMutation({
    mutationFn: (enabled: boolean) => webhookRoutes.replace(webhook.id, { ...webhook, enabled }),
    onSuccess: (answer) => webhookChanged(queries, answer),
    onError: (error) => toasts.say("That did not work", wordsFor(error)),
  });
  const enabled = change.isPending ? change.variables : webhook.enabled;
  const facts = [toldBy(webhook) || "Nothing tells it yet", lastNotice(webhook, now)];
  return (
    <li className={`action webhook${enabled ? "" : " is-off"}`}>
      <Link href={`/webhooks/${webhook.id}`} className="action__link">
        <span className="action__name">{webhook.name}</span>
        <span className="action__when webhook__url">{webhook.url}</span>
        {!enabled && <span className="webhook__stopped">{stopped({ ...webhook, enabled })}</span>}
        <span className="action__facts">{facts.join(" · ")}</span>
      </Link>
      <Toggle checked={enabled} onChange={(wanted) => change.mutate(wanted)} label={`${webhook.name} is switched on`} />
    </li>
  );
}
