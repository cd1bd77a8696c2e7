import { useQueryClient } from "@tanstack/react-query";
import { History as HistoryIcon, Trash2 } from "lucide-react";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { type ActionKind, actionRoutes, type CustomAction } from "../../api/actions";
import type { Priority } from "../../api/wire";
import { useTeams } from "../../live/queries";
import { useWebhooks } from "../../live/webhooks";
import { Button } from "../../parts/button";
import { Confirm } from "../../parts/confirm";
import { ChoiceEntry, ListEntry, LongEntry, TextEntry } from "../../parts/entry";
import { Toggle } from "../../parts/toggle";
import { useSaving } from "../../parts/saving";
import { useToasts } from "../../parts/toast";
import { webhookChoices } from "../../text/webhooks";
import { DetailCards } from "./detail-cards";
import { entries, faultsOf, sameAction, withTriggers } from "./draft";
import { keepDraft, keptDraft } from "./kept";
import { PageHead } from "./page-head";
import { actionsChanged } from "./queries";
import { TryPanel } from "./try";
import { KINDS, PRIORITIES, sensitivities } from "./wording";

const readLines = (text: string) => entries(text, "\n");
const readTags = (text: string) => entries(text, ",");

export function Editor({ saved }: { saved: CustomAction }) {
  const queries = useQueryClient();
  const toasts = useToasts();
  const [, navigate] = useLocation();
  const { data: teams = [] } = useTeams();
  const { data: webhooks = [] } = useWebhooks();
  const [changed, setChanged] = useState<CustomAction | null>(() => keptDraft(saved.id));
  const isNew = saved.id === "";
  const draft = changed ?? saved;
  const dirty = changed !== null;
  const overtaken = changed !== null && changed.version !== saved.version;

  const { faults, recheck, busy, form } = useSaving({
    ready: dirty,
    unsaved: false, // It is kept, and stands here again after a look elsewhere.
    find: () => faultsOf(draft),
    send: () => (isNew ? actionRoutes.create(draft) : actionRoutes.replace(draft)),
    onSaved: (now) => {
      queries.setQueryData<CustomAction[]>(["custom-actions"], (known) =>
        isNew ? known && [...known, now] : known?.map((each) => (each.id === now.id ? now : each)),
      );
      keepDraft(saved.id, null);
      setChanged(null);
      toasts.say(`Saved ${now.name}`, `Version ${now.version} is in force.`);
      if (isNew) navigate(`/actions/${now.id}`, { replace: true });
      return actionsChanged(queries);
    },
  });

  function put(next: CustomAction | null) {
    const kept = next && !sameAction(next, saved) ? next : null;
    setChanged(kept);
    keepDraft(saved.id, kept);
    recheck(() => (kept ? faultsOf(kept) : {}));
  }
  const set = (change: Partial<CustomAction>) => put({ ...draft, ...change });
  const setTriggers = (change: Partial<CustomAction["triggers"]>) => put(withTriggers(draft, change));

  async function remove() {
    try {
      await actionRoutes.remove(saved.id);
    } catch {
      toasts.say("That did not work", `${saved.name} is still there.`);
      return;
    }
    keepDraft(saved.id, null);
    queries.setQueryData<CustomAction[]>(["custom-actions"], (known) => known?.filter(({ id }) => id !== saved.id));
    navigate("/actions");
    toasts.say(`Deleted ${saved.name}`);
    await actionsChanged(queries);
  }

  return (
    <form {...form} className="settings__form" noValidate>
      <PageHead title={isNew ? "New action" : saved.name} back="/actions">
        {!isNew && (
          <>
            <Link href={`/actions/${saved.id}/history`} className="button button--small" aria-label="History">
              <HistoryIcon size={15} aria-hidden /> <span className="folds">History</span>
            </Link>
            <Confirm
              title={`Delete ${saved.name}?`}
              confirm="Delete"
              onConfirm={() => void remove()}
              trigger={
                <Button small aria-label="Delete">
                  <Trash2 size={15} aria-hidden /> <span className="folds">Delete</span>
                </Button>
              }
            >
              It starts no more. Conversations in which it is asking for details go on with it.
            </Confirm>
          </>
        )}
        {dirty && (
          <Button small onClick={() => put(null)}>
            Discard
          </Button>
        )}
        <Button small look="primary" type="submit" disabled={!dirty || busy}>
          Save
        </Button>
      </PageHead>
      <div className="settings__columns">
        <div className="settings__main">
          {faults[""] && (
            <p className="faults" role="alert">
              {faults[""]}
            </p>
          )}
          {overtaken && (
            <p className="faults" role="status">
              Version {saved.version} was saved since you began. Saving puts yours in its place; discard to see it.
            </p>
          )}
          <section className="block">
            <div className="entries">
              <TextEntry
                label="Name"
                value={draft.name}
                maxLength={60}
                placeholder="Cancel subscription"
                fault={faults.name}
                onChange={(name) => set({ name })}
              />
              <ChoiceEntry<ActionKind | "">
                label="Kind"
                value={draft.kind ?? ""}
                choices={[["", "None of these"], ...(Object.entries(KINDS) as [ActionKind, string][])]}
                fault={faults.kind}
                onChange={(kind) => set({ kind: kind || null })}
              />
              <LongEntry
                className="entry--wide"
                label="Use when"
                value={draft.use_when}
                maxLength={500}
                placeholder="The visitor wants to end a subscription."
                fault={faults.use_when}
                onChange={(use_when) => set({ use_when })}
              />
              <LongEntry
                className="entry--wide"
                label="Not when"
                value={draft.not_when}
                maxLength={500}
                placeholder="The visitor only asks how cancelling works."
                fault={faults.not_when}
                onChange={(not_when) => set({ not_when })}
              />
              <label className="entry--wide check">
                <Toggle checked={draft.enabled} onChange={(enabled) => set({ enabled })} label="Switched on" />
                {draft.enabled ? "Switched on" : "Switched off: it never starts"}
              </label>
            </div>
          </section>
          <section className="block">
            <h2>What starts it</h2>
            <div className="entries entries--one">
              <ListEntry
                label="Examples"
                hint="Sentences that should start it, one per line. What is alike starts it too."
                value={draft.triggers.examples}
                read={readLines}
                separator={"\n"}
                placeholder="I want to cancel my subscription"
                fault={faults["triggers.examples"]}
                onChange={(examples) => setTriggers({ examples })}
              />
              <ListEntry
                label="Counterexamples"
                hint="Sentences that look alike and should not, one per line."
                value={draft.triggers.counterexamples}
                read={readLines}
                separator={"\n"}
                placeholder="Is there a fee for cancelling early?"
                fault={faults["triggers.counterexamples"]}
                onChange={(counterexamples) => setTriggers({ counterexamples })}
              />
              <ListEntry
                label="Phrases"
                hint={
                  <>
                    Words that stand close together, in any form; one phrase per line. <code>a|b</code> is either,{" "}
                    <code>-a</code> without it.
                  </>
                }
                value={draft.triggers.phrases}
                read={readLines}
                separator={"\n"}
                placeholder="cancel account|subscription -newsletter"
                fault={faults["triggers.phrases"]}
                onChange={(phrases) => setTriggers({ phrases })}
              />
              <TextEntry
                label="Button in the chat"
                hint="What it says; empty for none."
                value={draft.triggers.button}
                maxLength={40}
                fault={faults["triggers.button"]}
                onChange={(button) => setTriggers({ button })}
              />
              <ChoiceEntry<string>
                label="Sensitivity"
                hint="How sure it must be that the visitor means this. Try a sentence to see the scores."
                value={String(draft.triggers.threshold)}
                choices={sensitivities(draft.triggers.threshold)}
                fault={faults["triggers.threshold"]}
                onChange={(threshold) => setTriggers({ threshold: Number(threshold) })}
              />
              <label className="check">
                <Toggle
                  checked={draft.triggers.model}
                  onChange={(model) => setTriggers({ model })}
                  label="The model may choose it"
                />
                {draft.triggers.model
                  ? "A model, where there is one, may choose it where nothing here starts it"
                  : "No model may choose it: only what stands here starts it"}
              </label>
            </div>
          </section>
          <section className="block">
            <h2>What the assistant asks before</h2>
            <LongEntry
              label="Confirmation"
              hint="Asked first, answered by yes or no; empty for no question."
              value={draft.confirmation}
              maxLength={300}
              placeholder="I can set up your cancellation with our team. Shall I?"
              fault={faults.confirmation}
              onChange={(confirmation) => set({ confirmation })}
            />
            {faults.fields && <p className="entry__fault">{faults.fields}</p>}
            <DetailCards
              draft={draft}
              known={new Set(saved.fields.map((detail) => detail.name))}
              faults={faults}
              onChange={put}
            />
          </section>
          <section className="block">
            <h2>What happens then</h2>
            <div className="entries">
              <ChoiceEntry<string>
                label="Team"
                value={draft.team}
                choices={[["", "Default team"], ...teams.map(({ slug, name }) => [slug, name] as const)]}
                fault={faults.team}
                onChange={(team) => set({ team })}
              />
              <ChoiceEntry<Priority>
                label="Priority"
                value={draft.priority}
                choices={Object.entries(PRIORITIES) as [Priority, string][]}
                fault={faults.priority}
                onChange={(priority) => set({ priority })}
              />
              <ListEntry
                className="entry--wide"
                label="Tags"
                hint="With commas between them."
                value={draft.tags}
                read={readTags}
                separator=", "
                placeholder="cancellation, vip"
                fault={faults.tags}
                onChange={(tags) => set({ tags })}
              />
              <LongEntry
                className="entry--wide"
                label="Reply to the visitor"
                value={draft.reply}
                maxLength={500}
                placeholder="Thank you. A colleague will confirm it right here."
                fault={faults.reply}
                onChange={(reply) => set({ reply })}
              />
              <ChoiceEntry<string>
                className="entry--wide"
                label="Webhook"
                hint="A system of yours that is told when this action hands over. Add one on the page Webhooks."
                value={draft.webhook}
                choices={webhookChoices(webhooks, draft.webhook)}
                fault={faults.webhook}
                onChange={(webhook) => set({ webhook })}
              />
            </div>
          </section>
        </div>
        <aside className="settings__aside">
          <TryPanel draft={draft} />
        </aside>
      </div>
    </form>
  );
}
