import { Trash2 } from "lucide-react";
import { useLayoutEffect, useRef } from "react";
import { useLocation } from "wouter";
import { type CannedReply, type CannedReplyBody, cannedReplyRoutes } from "../../api/canned-replies";
import { cannedReplyChanged, cannedReplyRemoved } from "../../live/canned-replies";
import { type Kind, useEditing } from "../../live/editing";
import { useTeams } from "../../live/queries";
import { Button } from "../../parts/button";
import { Confirm } from "../../parts/confirm";
import { ChoiceEntry, Entry, TextEntry } from "../../parts/entry";
import { useToasts } from "../../parts/toast";
import { tokenOf } from "../../text/canned";
import { PageHead } from "../custom-actions/page-head";
import { slugOf } from "../webhooks/draft";
import { LONGEST_TEXT, NEW, faultsOf, refusalOf, withInserted } from "./draft";
import { Preview } from "./preview";
import { useVariables } from "./variables";

const CANNED_REPLY: Kind<CannedReplyBody, CannedReply> = {
  fresh: NEW,
  nameOf: ({ title }) => title,
  list: "/canned-replies",
  routes: cannedReplyRoutes,
  faultsOf,
  refusalOf,
  changed: cannedReplyChanged,
  removed: cannedReplyRemoved,
};

/** One canned reply; null for a new one. */
export function Editor({ saved }: { saved: CannedReply | null }) {
  const toasts = useToasts();
  const [, navigate] = useLocation();
  const { data: teams = [] } = useTeams();
  const variables = useVariables();
  const { draft, dirty, set, discard, remove, busy, faults, form } = useEditing(CANNED_REPLY, saved, (now) => {
    toasts.say(`${saved ? "Saved" : "Added"} ${now.title}`, `Agents type /${now.shortcut} for it.`);
    if (!saved) navigate(CANNED_REPLY.list, { replace: true });
  });
  const area = useRef<HTMLTextAreaElement>(null);
  const caret = useRef<number | null>(null);

  useLayoutEffect(() => {
    if (caret.current === null) return;
    area.current?.focus();
    area.current?.setSelectionRange(caret.current, caret.current);
    caret.current = null;
  });

  function setTitle(title: string) {
    const followsTitle = !saved && draft.shortcut === slugOf(draft.title);
    set(followsTitle ? { title, shortcut: slugOf(title) } : { title });
  }

  function insert(name: string) {
    const { selectionStart = draft.text.length, selectionEnd = draft.text.length } = area.current ?? {};
    const now = withInserted(draft.text, tokenOf(name), selectionStart, selectionEnd);
    caret.current = now.caret;
    set({ text: now.text });
  }

  return (
    <form {...form} className="settings__form" noValidate>
      <PageHead title={saved ? saved.title : "New canned reply"} back="/canned-replies">
        {saved && (
          <Confirm
            title={`Remove ${saved.title}?`}
            confirm="Remove"
            onConfirm={() => void remove(saved)}
            trigger={
              <Button small aria-label="Remove">
                <Trash2 size={15} aria-hidden /> <span className="folds">Remove</span>
              </Button>
            }
          >
            Nobody can choose it any more. What was sent with it stays as it is. This cannot be undone.
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
          <div className="entries">
            <TextEntry
              className="entry--wide"
              label="Title"
              value={draft.title}
              maxLength={100}
              placeholder="The refund is on its way"
              fault={faults.title}
              onChange={setTitle}
            />
            <TextEntry
              className="entry--code"
              label="Shortcut"
              hint="What agents type after the slash."
              value={draft.shortcut}
              maxLength={60}
              placeholder="refund-sent"
              fault={faults.shortcut}
              onChange={(shortcut) => set({ shortcut: shortcut.replace(/^\//u, "") })}
            />
            <ChoiceEntry
              label="For"
              hint="A team’s own stand first in its list."
              value={draft.team}
              choices={[["", "Everybody"], ...teams.map(({ slug, name }) => [slug, name] as const)]}
              fault={faults.team}
              onChange={(team) => set({ team })}
            />
            <Entry className="entry--wide canned__text" label="Text" fault={faults.text}>
              {(ties) => (
                <textarea
                  {...ties}
                  ref={area}
                  rows={6}
                  dir="auto"
                  value={draft.text}
                  maxLength={LONGEST_TEXT}
                  placeholder="Good news, {{visitor.first_name}}: …"
                  onChange={(event) => set({ text: event.target.value })}
                />
              )}
            </Entry>
          </div>
          <div className="canned__variables" role="group" aria-label="Put in a variable">
            {variables.map(({ name, label }) => (
              <button
                key={name}
                type="button"
                className="canned__variable"
                title={tokenOf(name)}
                onClick={() => insert(name)}
              >
                {label}
              </button>
            ))}
          </div>
        </div>
        <Preview text={draft.text} variables={variables} />
      </div>
    </form>
  );
}
