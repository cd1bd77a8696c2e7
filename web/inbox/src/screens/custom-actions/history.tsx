import { useQueryClient } from "@tanstack/react-query";
import { History as HistoryIcon } from "lucide-react";
import { useState } from "react";
import { type ActionVersion, actionRoutes, type CustomAction } from "../../api/actions";
import { useNow } from "../../live/now";
import { Button } from "../../parts/button";
import { Empty } from "../../parts/empty";
import { useToasts } from "../../parts/toast";
import { exactTime, longAgo } from "../../text/times";
import { Differences } from "./differences";
import { PageHead } from "./page-head";
import { actionsChanged, useVersions } from "./queries";
import { summaryOf } from "./wording";

export function History({ action }: { action: CustomAction }) {
  const versions = useVersions(action.id);
  const queries = useQueryClient();
  const toasts = useToasts();
  const [busy, setBusy] = useState(false);

  async function restore(version: ActionVersion) {
    setBusy(true);
    try {
      const saved = await actionRoutes.replace(version.action);
      toasts.say(`Restored version ${version.version}`, `It is version ${saved.version} now.`);
    } catch {
      toasts.say("That did not work", "The team or the webhook of that version may be gone.");
    }
    await actionsChanged(queries);
    setBusy(false);
  }

  return (
    <>
      <PageHead title={`History of ${action.name}`} back={`/actions/${action.id}`} />
      <div className="settings__columns">
        <div className="settings__main">
          {versions.isError && (
            <Empty
              icon={<HistoryIcon />}
              title="The history could not be read"
              action={<Button onClick={() => void versions.refetch()}>Try again</Button>}
            />
          )}
          <ol className="versions" aria-label="Versions" reversed>
            {versions.data?.map((version, index) => (
              <Version
                key={version.version}
                version={version}
                latest={index === 0}
                busy={busy}
                onRestore={() => void restore(version)}
              />
            ))}
          </ol>
        </div>
      </div>
    </>
  );
}

function Version(props: { version: ActionVersion; latest: boolean; busy: boolean; onRestore(): void }) {
  const { version, latest } = props;
  const first = version.differences.length === 0;
  const words = version.deleted
    ? "Deleted"
    : first
      ? version.version === 1
        ? "Made"
        : "Made again"
      : summaryOf(version.differences);
  return (
    <li className="version">
      <div className="version__head">
        <h2>
          Version {version.version}
          {latest && <span className="chip chip--reason">in force</span>}
        </h2>
        <time dateTime={version.created_at} title={exactTime(version.created_at)}>
          {longAgo(version.created_at, useNow())}
        </time>
        {!latest && !version.deleted && (
          <Button
            small
            disabled={props.busy}
            onClick={props.onRestore}
            aria-label={`Restore version ${version.version}`}
          >
            Restore
          </Button>
        )}
      </div>
      {first ? (
        <p className="version__words">{words}</p>
      ) : (
        <details open={latest}>
          <summary>{words}</summary>
          <Differences differences={version.differences} />
        </details>
      )}
    </li>
  );
}
