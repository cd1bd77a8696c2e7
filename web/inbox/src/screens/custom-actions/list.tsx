import { useQueryClient } from "@tanstack/react-query";
import { ArrowDown, ArrowUp, CloudOff, Download, Plus, Upload, Workflow } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";
import { actionRoutes, type CustomAction } from "../../api/actions";
import { useTeamName } from "../../live/queries";
import { Button, IconButton } from "../../parts/button";
import { Empty } from "../../parts/empty";
import { Toggle } from "../../parts/toggle";
import { useToasts } from "../../parts/toast";
import { moved } from "./draft";
import { ImportDialog } from "./import";
import { PageHead } from "./page-head";
import { actionsChanged, useCustomActions } from "./queries";
import { TryPanel } from "./try";
import { KINDS, PRIORITIES } from "./wording";

export function ActionList({ onRail }: { onRail(): void }) {
  const actions = useCustomActions();
  const queries = useQueryClient();
  const toasts = useToasts();
  const [importing, setImporting] = useState(false);

  /** On the screen at once; as the server has it when that fails. */
  async function change(next: CustomAction[], send: () => Promise<unknown>) {
    await queries.cancelQueries({ queryKey: ["custom-actions"] });
    queries.setQueryData(["custom-actions"], next);
    try {
      await send();
    } catch {
      toasts.say("That did not work", "Everything is as it was.");
    }
    await actionsChanged(queries);
  }

  const items = actions.data ?? [];
  const move = (from: number, to: number) => {
    const next = moved(items, from, to);
    void change(next, () => actionRoutes.arrange(next.map((action) => action.id)));
  };
  const switchTo = (action: CustomAction, enabled: boolean) =>
    void change(
      items.map((each) => (each.id === action.id ? { ...each, enabled } : each)),
      () => actionRoutes.replace({ ...action, enabled }),
    );

  return (
    <>
      <PageHead title="Actions" onRail={onRail}>
        <a
          className="button button--small"
          href={actionRoutes.exportAddress}
          download="actions.yaml"
          aria-label="Export"
        >
          <Download size={15} aria-hidden /> <span className="folds">Export</span>
        </a>
        <Button small onClick={() => setImporting(true)} aria-label="Import">
          <Upload size={15} aria-hidden /> <span className="folds">Import</span>
        </Button>
        <Link href="/actions/new" className="button button--small button--primary">
          <Plus size={15} aria-hidden /> New action
        </Link>
      </PageHead>
      <div className="settings__columns">
        <div className="settings__main">
          <p className="settings__lead">
            When a chat needs a person, what is asked before, and who is told. Where two are asked for equally, the
            upper one starts.
          </p>
          {actions.isError && (
            <Empty
              icon={<CloudOff />}
              title="The actions could not be read"
              action={<Button onClick={() => void actions.refetch()}>Try again</Button>}
            />
          )}
          {actions.data?.length === 0 && (
            <Empty icon={<Workflow />} title="No actions yet">
              Without one, the assistant hands over only what it cannot answer.
            </Empty>
          )}
          <ol className="actions" aria-label="Actions">
            {items.map((action, index) => (
              <ActionRow
                key={action.id}
                action={action}
                onEnabled={(enabled) => switchTo(action, enabled)}
                onUp={index > 0 ? () => move(index, index - 1) : null}
                onDown={index < items.length - 1 ? () => move(index, index + 1) : null}
              />
            ))}
          </ol>
        </div>
        <aside className="settings__aside">
          <TryPanel />
        </aside>
      </div>
      <ImportDialog open={importing} onOpenChange={setImporting} />
    </>
  );
}

interface ActionRowProps {
  action: CustomAction;
  onEnabled(enabled: boolean): void;
  onUp: (() => void) | null;
  onDown: (() => void) | null;
}

function ActionRow({ action, onEnabled, onUp, onDown }: ActionRowProps) {
  const teamName = useTeamName();
  return (
    <li className={`action${action.enabled ? "" : " is-off"}`}>
      <div className="action__place" role="group" aria-label={`Place of ${action.name}`}>
        <IconButton
          label="Up"
          className="icon-button--small"
          disabled={!onUp}
          onClick={() => onUp?.()}
          aria-label={`Move ${action.name} up`}
        >
          <ArrowUp size={14} aria-hidden />
        </IconButton>
        <IconButton
          label="Down"
          className="icon-button--small"
          disabled={!onDown}
          onClick={() => onDown?.()}
          aria-label={`Move ${action.name} down`}
        >
          <ArrowDown size={14} aria-hidden />
        </IconButton>
      </div>
      <Link href={`/actions/${action.id}`} className="action__link">
        <span className="action__name">
          {action.name}
          {action.kind && <span className="chip chip--reason">{KINDS[action.kind]}</span>}
        </span>
        <span className="action__when">{action.use_when || "Says nothing yet about when to use it"}</span>
        <span className="action__facts">
          {[
            action.team ? teamName(action.team) : "Default team",
            action.priority !== "normal" && `${PRIORITIES[action.priority]} priority`,
            action.triggers.button && `Button “${action.triggers.button}”`,
            `Version ${action.version}`,
          ]
            .filter(Boolean)
            .join(" · ")}
        </span>
      </Link>
      <Toggle checked={action.enabled} onChange={onEnabled} label={`${action.name} is switched on`} />
    </li>
  );
}
