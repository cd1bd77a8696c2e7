import { BookOpenText, CloudOff, Menu as MenuIcon } from "lucide-react";
import type { Source } from "../api/sources";
import { useSources } from "../live/sources";
import { Button, IconButton } from "../parts/button";
import { Empty } from "../parts/empty";
import { AddSource } from "./source-add";
import { SourceRow } from "./source-row";
import { TestQuestion } from "./source-test";

/** What the assistant answers from: added, watched while it is read, tested, removed. */
export function Sources({ onRail }: { onRail(): void }) {
  const { data: sources, isPending, isError, refetch } = useSources();
  return (
    <main className="sources" aria-label="Sources">
      <header className="sources__head">
        <IconButton label="Views" className="list__rail-button" onClick={onRail}>
          <MenuIcon size={18} aria-hidden />
        </IconButton>
        <div>
          <h1>Sources</h1>
          <p>The assistant answers from these, and from nothing else.</p>
        </div>
      </header>
      <div className="sources__columns">
        <div className="sources__main">
          <AddSource />
          {isError ? (
            <Empty
              icon={<CloudOff />}
              title="The sources cannot be read right now"
              action={<Button onClick={() => void refetch()}>Try again</Button>}
            />
          ) : isPending ? (
            <div className="sources__loading" aria-busy="true" aria-label="Loading" />
          ) : (
            <SourceList sources={sources} />
          )}
        </div>
        <TestQuestion empty={sources?.length === 0} />
      </div>
    </main>
  );
}

function SourceList({ sources }: { sources: Source[] }) {
  if (sources.length === 0) {
    return (
      <Empty icon={<BookOpenText />} title="Nothing to answer from yet">
        Begin with your help pages: the whole site in one go, or the three questions you hear most.
      </Empty>
    );
  }
  const newestFirst = [...sources].reverse();
  return (
    <ul className="source-list" aria-label="Sources">
      {newestFirst.map((source) => (
        <SourceRow key={source.id} source={source} />
      ))}
    </ul>
  );
}
