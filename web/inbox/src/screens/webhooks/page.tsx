import { SearchX } from "lucide-react";
import { Link, Route, Switch } from "wouter";
import { Problem } from "../../api/client";
import { useWebhook } from "../../live/webhooks";
import { Button } from "../../parts/button";
import { Empty } from "../../parts/empty";
import { PageHead } from "../custom-actions/page-head";
import { Editor } from "./editor";
import { WebhookList } from "./list";

/** Where admins say which systems of theirs hear of handoffs, and see what arrived there. */
export default function WebhooksPage({ onRail }: { onRail(): void }) {
  return (
    <main className="settings" aria-label="Webhooks">
      <Switch>
        <Route path="/webhooks">
          <WebhookList onRail={onRail} />
        </Route>
        <Route path="/webhooks/new">
          <Editor key="new" saved={null} />
        </Route>
        <Route path="/webhooks/:id">{({ id }) => <Known key={id} id={id} />}</Route>
      </Switch>
    </main>
  );
}

function Known({ id }: { id: string }) {
  const { data: webhook, isPending, error, refetch } = useWebhook(id);
  const gone = error instanceof Problem && (error.status === 404 || error.status === 422);
  if (webhook && !gone) return <Editor saved={webhook} />;
  return (
    <>
      <PageHead title="Webhook" back="/webhooks" />
      {isPending ? (
        <div className="skeletons" role="status" aria-label="Loading" />
      ) : (
        <Empty
          icon={<SearchX />}
          title={gone ? "There is no such webhook" : "The webhook cannot be read right now"}
          action={
            gone ? (
              <Link href="/webhooks">All webhooks</Link>
            ) : (
              <Button onClick={() => void refetch()}>Try again</Button>
            )
          }
        />
      )}
    </>
  );
}
