import { useQueryClient } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useLocation } from "wouter";
import { type WebhookBody, type WebhookWithSecret, webhookRoutes } from "../../api/webhooks";
import { wordsFor } from "../../live/sources";
import { webhookChanged, webhookRemoved } from "../../live/webhooks";
import { Button } from "../../parts/button";
import { Confirm } from "../../parts/confirm";
import { ChoiceEntry, TextEntry } from "../../parts/entry";
import { Toggle } from "../../parts/toggle";
import { useFaults } from "../../parts/faults";
import { useToasts } from "../../parts/toast";
import { stopped } from "../../text/webhooks";
import { PageHead } from "../custom-actions/page-head";
import { differs, faultsOf, NEW, refusalOf, slugOf } from "./draft";
import { Log } from "./log";
import { Receiving } from "./receiving";
import { Secret } from "./secret";

/** One webhook; null for a new one. */
export function Editor({ saved }: { saved: WebhookWithSecret | null }) {
  const queries = useQueryClient();
  const toasts = useToasts();
  const [, navigate] = useLocation();
  // Only what was changed here: the rest may change at the server meanwhile.
  const [changes, setChanges] = useState<Partial<WebhookBody>>({});
  const { faults, setFaults, form, recheck, refuse } = useFaults();
  const [busy, setBusy] = useState(false);
  const known = saved ?? NEW;
  const draft = { ...known, ...changes };
  const dirty = differs(draft, known);

  function set(change: Partial<WebhookBody>) {
    setChanges({ ...changes, ...change });
    recheck(() => faultsOf({ ...draft, ...change }));
  }

  function setName(name: string) {
    const followsName = !saved && draft.slug === slugOf(draft.name);
    set(followsName ? { name, slug: slugOf(name) } : { name });
  }

  async function save(event: FormEvent) {
    event.preventDefault();
    if (!dirty || busy) return;
    const found = faultsOf(draft);
    if (Object.keys(found).length > 0) return refuse(found);
    setBusy(true);
    try {
      const now = await (saved ? webhookRoutes.replace(saved.id, draft) : webhookRoutes.create(draft));
      const changed = webhookChanged(queries, now);
      setChanges({});
      setFaults({});
      if (saved) {
        toasts.say(`Saved ${now.name}`);
      } else {
        toasts.say(`Added ${now.name}`, "Give its secret to the receiver, then send a test.");
        navigate(`/webhooks/${now.id}`, { replace: true });
      }
      await changed;
    } catch (error) {
      refuse(refusalOf(error));
    } finally {
      setBusy(false);
    }
  }

  async function remove(webhook: WebhookWithSecret) {
    try {
      await webhookRoutes.remove(webhook.id);
    } catch (error) {
      setFaults({ "": `${webhook.name} is still there. ${wordsFor(error)}` });
      return;
    }
    navigate("/webhooks");
    toasts.say(`Removed ${webhook.name}`);
    await webhookRemoved(queries, webhook.id);
  }

  return (
    <form ref={form} className="settings__form" onSubmit={(event) => void save(event)} noValidate>
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
          <Button
            small
            onClick={() => {
              setChanges({});
              setFaults({});
            }}
          >
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
                hint="What actions and their files call it."
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
                {saved.used_by.length > 0
                  ? `Told by ${saved.used_by.join(", ")}. The short name stays while actions use it.`
                  : "No action tells it yet: choose it in an action, under “What happens then”."}
              </p>
            )}
          </section>
          {saved && (
            <>
              <Secret webhook={saved} />
              <Log webhookId={saved.id} obstacle={obstacleOf(saved, dirty)} />
            </>
          )}
        </div>
        <Receiving />
      </div>
    </form>
  );
}

function obstacleOf(saved: WebhookWithSecret, dirty: boolean): string {
  if (dirty) return "Save first: what is sent goes to the address that is saved.";
  return saved.enabled ? "" : "Nothing can be sent while the webhook is switched off.";
}
