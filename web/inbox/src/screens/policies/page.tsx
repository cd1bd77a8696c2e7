import { CloudOff } from "lucide-react";
import { Link, Route, Switch } from "wouter";
import type { Policy } from "../../api/policies";
import { usePolicies } from "../../live/policies";
import { useTeams } from "../../live/queries";
import { Button } from "../../parts/button";
import { Empty } from "../../parts/empty";
import { PageHead } from "../custom-actions/page-head";
import { Editor } from "./editor";

const DEFAULT = "default";

/** Where admins say how long anybody may wait, and who is told when. */
export default function PoliciesPage({ onRail }: { onRail(): void }) {
  return (
    <main className="settings" aria-label="Waiting">
      <Switch>
        <Route path="/policies">
          <PolicyOf id={DEFAULT} onRail={onRail} />
        </Route>
        <Route path="/policies/:id">{({ id }) => <PolicyOf id={id} onRail={onRail} />}</Route>
      </Switch>
    </main>
  );
}

function PolicyOf({ id, onRail }: { id: string; onRail(): void }) {
  const policies = usePolicies();
  const { data: teams = [] } = useTeams();
  const byDefault = policies.data?.find((policy) => policy.id === DEFAULT);
  if (!byDefault) {
    return (
      <>
        <PageHead title="Waiting" onRail={onRail} />
        {policies.isError ? (
          <Empty
            icon={<CloudOff />}
            title="The service policies cannot be read right now"
            action={<Button onClick={() => void policies.refetch()}>Try again</Button>}
          />
        ) : (
          <div className="webhooks__loading" role="status" aria-label="Loading" />
        )}
      </>
    );
  }
  const own = policies.data?.find((policy) => policy.id === id);
  const saved: Policy = own ?? { ...byDefault, id };
  const team = teams.find(({ slug }) => slug === id);
  return (
    <Editor
      key={`${id} ${own?.version ?? ""}`}
      saved={saved}
      isNew={!own}
      name={id === DEFAULT ? "Every team without its own" : (team?.name ?? id)}
      onRail={onRail}
      teams={teams}
      choices={
        <nav className="policies__teams" aria-label="Policies">
          <Choice path="/policies" isHere={id === DEFAULT} name="Default" />
          {teams.map(({ slug, name }) => (
            <Choice
              key={slug}
              path={`/policies/${encodeURIComponent(slug)}`}
              isHere={id === slug}
              name={name}
              note={policies.data?.some((policy) => policy.id === slug) ? "" : "as default"}
            />
          ))}
        </nav>
      }
    />
  );
}

function Choice(props: { path: string; isHere: boolean; name: string; note?: string }) {
  return (
    <Link
      href={props.path}
      className={`policies__team${props.isHere ? " is-here" : ""}`}
      aria-current={props.isHere ? "page" : undefined}
    >
      {props.name}
      {props.note && <span className="policies__note">{props.note}</span>}
    </Link>
  );
}
