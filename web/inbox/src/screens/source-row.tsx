import {
  ChevronRight,
  CircleAlert,
  Ellipsis,
  FileText,
  Globe,
  Link2,
  MessageCircleQuestion,
  RotateCw,
  Trash2,
  Type,
} from "lucide-react";
import { AlertDialog } from "radix-ui";
import { type ReactNode, useState } from "react";
import { type Source, type SourceKind, sources } from "../api/sources";
import { useNow } from "../live/now";
import { isUnderWay, useSourceAction } from "../live/sources";
import { Button, IconButton } from "../parts/button";
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuLine } from "../parts/menu";
import { KIND_NAMES, factsOf, progressOf, schedulesWith } from "../text/sources";
import { exactTime, fromNow, longAgo } from "../text/times";
import { SourcePages } from "./source-pages";

const ICONS: Record<SourceKind, ReactNode> = {
  file: <FileText size={18} />,
  url: <Link2 size={18} />,
  site: <Globe size={18} />,
  text: <Type size={18} />,
  qa: <MessageCircleQuestion size={18} />,
};

export function SourceRow({ source }: { source: Source }) {
  const [open, setOpen] = useState(false);
  const [removing, setRemoving] = useState(false);
  const refresh = useSourceAction((failedOnly: boolean) => sources.refresh(source.id, failedOnly));
  const reschedule = useSourceAction((every: string) => sources.reschedule(source, every));
  const cancel = useSourceAction(() => sources.cancel(source.id));
  const underWay = isUnderWay(source);
  const failed = source.status === "ready" ? source.progress.failed : 0;
  return (
    <li className={`source source--${source.status}`}>
      <div className="source__line">
        <button
          type="button"
          className="source__open"
          aria-expanded={open}
          aria-label={`${open ? "Close" : "Open"} ${source.title}`}
          onClick={() => setOpen(!open)}
        >
          <ChevronRight className="source__arrow" size={16} aria-hidden />
          <span className="source__icon" title={KIND_NAMES[source.kind]} aria-hidden>
            {ICONS[source.kind]}
          </span>
          <span className="source__words">
            <span className="source__title">{source.title}</span>
            <Facts source={source} />
          </span>
        </button>
        {underWay && (
          <Button small onClick={() => cancel.mutate()} disabled={cancel.isPending}>
            Cancel
          </Button>
        )}
        {failed > 0 && (
          <Button small onClick={() => refresh.mutate(true)} disabled={refresh.isPending}>
            <RotateCw size={14} aria-hidden /> Retry {failed}
          </Button>
        )}
        {source.status === "failed" && (
          <Button small onClick={() => refresh.mutate(false)} disabled={refresh.isPending}>
            <RotateCw size={14} aria-hidden /> Try again
          </Button>
        )}
        <Menu
          label={`What to do with ${source.title}`}
          trigger={
            <IconButton label={`More about ${source.title}`}>
              <Ellipsis size={18} aria-hidden />
            </IconButton>
          }
        >
          {!underWay && (
            <MenuItem icon={<RotateCw size={15} />} onSelect={() => refresh.mutate(false)}>
              Read again now
            </MenuItem>
          )}
          {(source.kind === "url" || source.kind === "site") && (
            <>
              <MenuLine />
              <MenuLabel>Read it again by itself</MenuLabel>
              <MenuChoice
                value={source.every ?? ""}
                choices={schedulesWith(source.every)}
                onChange={(every) => reschedule.mutate(every)}
              />
              <MenuLine />
            </>
          )}
          <MenuItem icon={<Trash2 size={15} />} onSelect={() => setRemoving(true)}>
            Remove…
          </MenuItem>
        </Menu>
      </div>
      {underWay && <Progress source={source} />}
      {source.error && (
        <p className="source__error">
          <CircleAlert size={15} aria-hidden /> {source.error}
          {source.status === "failed" && source.passages > 0 && " What was read before still answers."}
        </p>
      )}
      {open && <SourcePages source={source} />}
      <RemoveDialog source={source} open={removing} onOpenChange={setRemoving} />
    </li>
  );
}

function Facts({ source }: { source: Source }) {
  const now = useNow();
  if (isUnderWay(source)) return <span className="source__facts">{progressOf(source)}</span>;
  const { failed } = source.progress;
  return (
    <span className="source__facts">
      {factsOf(source).join(" · ")}
      {source.status === "ready" && failed > 0 && <strong> · {failed === 1 ? "1 error" : `${failed} errors`}</strong>}
      {source.read_at && (
        <>
          {" · "}
          <time dateTime={source.read_at} title={exactTime(source.read_at)}>
            {longAgo(source.read_at, now)}
          </time>
        </>
      )}
      {source.next_read_at && (
        <>
          {", next "}
          <time dateTime={source.next_read_at} title={exactTime(source.next_read_at)}>
            {fromNow(source.next_read_at, now)}
          </time>
        </>
      )}
    </span>
  );
}

function Progress({ source }: { source: Source }) {
  const { found, waiting } = source.progress;
  const known = source.kind === "site" && found > 0;
  return (
    <div
      className={known ? "progress" : "progress progress--unknown"}
      role="progressbar"
      aria-label={`Reading ${source.title}`}
      aria-valuemin={0}
      aria-valuemax={known ? found : undefined}
      aria-valuenow={known ? found - waiting : undefined}
    >
      <span style={known ? { width: `${(100 * (found - waiting)) / found}%` } : undefined} />
    </div>
  );
}

function RemoveDialog({ source, ...dialog }: { source: Source; open: boolean; onOpenChange(open: boolean): void }) {
  const remove = useSourceAction(() => sources.remove(source.id));
  return (
    <AlertDialog.Root {...dialog}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="veil" />
        <AlertDialog.Content className="dialog">
          <AlertDialog.Title className="dialog__title">Remove “{source.title}”?</AlertDialog.Title>
          <AlertDialog.Description className="dialog__text">
            The assistant answers from it no more, from this moment on. This cannot be undone.
          </AlertDialog.Description>
          <div className="dialog__actions">
            <AlertDialog.Cancel asChild>
              <Button>Keep it</Button>
            </AlertDialog.Cancel>
            <AlertDialog.Action asChild>
              <Button look="primary" onClick={() => remove.mutate()}>
                Remove
              </Button>
            </AlertDialog.Action>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
