import { CloudOff, SearchX } from "lucide-react";
import { Link, Route, Switch } from "wouter";
import { useCannedReplies } from "../../live/canned-replies";
import { Button } from "../../parts/button";
import { Empty } from "../../parts/empty";
import { PageHead } from "../custom-actions/page-head";
import { Editor } from "./editor";
import { CannedReplyList } from "./list";

/** Where supervisors and admins write the texts that agents keep at hand. */
export default function CannedRepliesPage({ onRail }: { onRail(): void }) {
  return (
    <main className="settings" aria-label="Canned replies">
      <Switch>
        <Route path="/canned-replies">
          <CannedReplyList onRail={onRail} />
        </Route>
        <Route path="/canned-replies/new">
          <Editor key="new" saved={null} />
        </Route>
        <Route path="/canned-replies/:id">{({ id }) => <Known key={id} id={id} />}</Route>
      </Switch>
    </main>
  );
}

function Known({ id }: { id: string }) {
  const { data, isPending, refetch } = useCannedReplies();
  const reply = data?.find((each) => each.id === id);
  if (reply) return <Editor saved={reply} />;
  return (
    <>
      <PageHead title="Canned reply" back="/canned-replies" />
      {isPending ? (
        <div className="skeletons" role="status" aria-label="Loading" />
      ) : (
        <Empty
          icon={data ? <SearchX /> : <CloudOff />}
          title={data ? "There is no such canned reply" : "The canned replies cannot be read right now"}
          action={
            data ? (
              <Link href="/canned-replies">All canned replies</Link>
            ) : (
              <Button onClick={() => void refetch()}>Try again</Button>
            )
          }
        />
      )}
    </>
  );
}
