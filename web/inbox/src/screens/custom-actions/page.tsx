import { SearchX } from "lucide-react";
import type { ReactNode } from "react";
import { Link, Route, Switch } from "wouter";
import type { CustomAction } from "../../api/actions";
import { Empty } from "../../parts/empty";
import { newAction } from "./draft";
import { Editor } from "./editor";
import { History } from "./history";
import { ActionList } from "./list";
import { useCustomActions } from "./queries";

const NEW = newAction();

/** Where admins shape the custom actions. */
export default function ActionsPage({ onRail }: { onRail(): void }) {
  return (
    <main className="settings" aria-label="Actions">
      <Switch>
        <Route path="/actions">
          <ActionList onRail={onRail} />
        </Route>
        <Route path="/actions/new">
          <Editor key="new" saved={NEW} />
        </Route>
        <Route path="/actions/:id">
          {({ id }) => <Known id={id}>{(action) => <Editor key={action.id} saved={action} />}</Known>}
        </Route>
        <Route path="/actions/:id/history">
          {({ id }) => <Known id={id}>{(action) => <History action={action} />}</Known>}
        </Route>
      </Switch>
    </main>
  );
}

function Known({ id, children }: { id: string; children(action: CustomAction): ReactNode }) {
  const actions = useCustomActions();
  const action = actions.data?.find((each) => each.id === id);
  if (action) return children(action);
  if (actions.isPending) return <div className="skeletons" role="status" aria-label="Loading the action" />;
  return (
    <Empty
      icon={<SearchX />}
      title={actions.isError ? "The action could not be read" : "There is no such action"}
      action={<Link href="/actions">All actions</Link>}
    />
  );
}
