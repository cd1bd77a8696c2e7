import { Trash2 } from "lucide-react";
import { useLocation } from "wouter";
import { type WebhookBody, type WebhookWithSecret, webhookRoutes } from "../../api/webhooks";
import { type Kind, useEditing } from "../../live/editing";
import { webhookChanged, webhookRemoved } from "../../live/webhooks";
import { Button } from "../../parts/button";
import { Confirm } from "../../parts/confirm";
import { ChoiceEntry, TextEntry } from "../../parts/entry";
import { Toggle } from "../../parts/toggle";
import { useToasts } from "../../parts/toast";
import { stopped, toldBy } from "../../text/webhooks";
import { PageHead } from "../custom-actions/page-head";
import { faultsOf, NEW, refusalOf, slugOf } from "./draft";
import { Log } from "./log";
import { Receiving } from "./receiving";
import { Secret } from "./secret";

const WEBHOOK: Kind<WebhookBody, WebhookWithSecret> = {
  fresh: NEW,
  nameOf: ({ name }) => name,
  list: "/webhooks",
  routes: webhookRoutes,
  faultsOf,
  refusalOf,
  changed: webhookChanged,
  removed: webhookRemoved,
};

/** One webhook; null for a new one. */
export function Editor({ saved }: { saved: WebhookWithSecret | null }) {
  const toasts = useToasts();
  const [, navigate] = useLocation();
  const { draft, dirty, set, discard, remove, busy, faults, form } = useEditing(WEBHOOK, saved, (now) => {
    if (saved) {
      toasts.say(`Saved ${now.name}`);
    } else {
      const next = now.format === "slack" ? "Send it a test." : "Give its secret to the receiver, then send a test.";
      toasts.say(`Added ${now.name}`, next);
      navigate(`${WEBHOOK.list}/${now.id}`, { replace: true });
    }
  });

  function setName(name: string) {
    const followsName = !saved && draft.slug === slugOf(draft.name);
    set(followsName ? { name, slug: slugOf(name) } : { name });
  }

  return (
    <form {...form} className="settings__form" noValidate>
      <PageHead title={saved ? saved.name : "New webhook"} back="/webhooks">
        {saved && (
          <Confirm
            title={`Remove ${saved.name}?`}
            confirm="Remove"
            onConfirm={() => void remove(saved)}
            trigger={
              <Button small aria-label="Remove">
                <Trash2 size={15} aria-hidden /> <span className="folds">Remove</span>
              </Button>
            }
          >
            Nothing is sent to it any more, and its log goes with it. This cannot be undone.
          </Confirm>
        )}
        {dirty && (
          <Button small onClick={discard}>
            Discard
          </Button>
        )}
        <Button small look="primary" type="submit" disabled={!dirty || busy}>
          Save
        </Button>
      </PageHead>
      <div className="settings__columns settings__columns--in-order">
        <div className="settings__main">
          {faults[""] && (
            <p className="faults" role="alert">
              {faults[""]}
            </p>
          )}
          {saved?.stopped_because && (
            <p className="faults" role="status">
              {stopped(saved)}. Switch it on again once the receiver is back.
            </p>
          )}
          <section className="block" aria-label="Where to">
            <div className="entries">
              <TextEntry
                className="entry--wide"
                label="Name"
                value={draft.name}
                maxLength={60}
                placeholder="Our CRM"
                fault={faults.name}
                onChange={setName}
              />
              <TextEntry
                className="entry--wide entry--code"
                label="Address"
                value={draft.url}
                maxLength={2000}
                placeholder="https://crm.example.com/chatref"
                fault={faults.url}
                onChange={(url) => set({ url: url.trim() })}
              />
              <TextEntry
                className="entry--wide entry--code"
                label="Short name"
                hint="What actions, their files and service policies call it."
                value={draft.slug}
                maxLength={60}
                placeholder="our-crm"
                fault={faults.slug}
                onChange={(slug) => set({ slug })}
              />
              <ChoiceEntry
                className="entry--wide"
                label="Format"
                hint="Slack’s is for the alerts of service policies; actions tell signed ones."
                value={draft.format}
                choices={[
                  ["standard", "Signed notices (Standard Webhooks)"],
                  ["slack", "Slack, Mattermost and others that take {text}"],
                ]}
                onChange={(format) => set({ format })}
              />
              <label className="entry--wide check">
                <Toggle checked={draft.enabled} onChange={(enabled) => set({ enabled })} label="Switched on" />
                {draft.enabled ? "Switched on" : "Switched off: nothing is sent"}
              </label>
            </div>
            {saved && (
              <p className="webhook__users">
                {toldBy(saved)
                  ? `${toldBy(saved)}. The short name stays while they use it.`
                  : saved.format === "slack"
                    ? "Nothing tells it yet: choose it in a service policy, under “Waiting”."
                    : "Nothing tells it yet: choose it in an action, under “What happens then”, or in a service policy."}
              </p>
            )}
          </section>
          {saved && (
            <>
              {draft.format === "standard" && <Secret webhook={saved} />}
              <Log webhookId={saved.id} obstacle={obstacleOf(saved, dirty)} />
            </>
          )}
        </div>
        <Receiving format={draft.format} />
      </div>
    </form>
  );
}

function obstacleOf(saved: WebhookWithSecret, dirty: boolean): string {
  if (dirty) return "Save first: what is sent goes to the address that is saved.";
  return saved.enabled ? "" : "Nothing can be sent while the webhook is switched off.";
}
