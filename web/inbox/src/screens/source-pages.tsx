import { ChevronRight, CircleAlert, CircleCheck, CircleDashed, CircleSlash, ExternalLink } from "lucide-react";
import { type ReactNode, useState } from "react";
import type { Source, SourcePage } from "../api/sources";
import { usePages, usePassages } from "../live/sources";
import { pathOfPage } from "../text/sources";

const MARKS: Record<SourcePage["status"], ReactNode> = {
  waiting: <CircleDashed size={15} aria-label="Waiting" />,
  read: <CircleCheck size={15} aria-label="Read" />,
  skipped: <CircleSlash size={15} aria-label="Skipped" />,
  failed: <CircleAlert size={15} aria-label="Failed" />,
};
const SHOWN_AT_FIRST = 100;

/** What was read of a source, page by page; with a single page, its passages at once. */
export function SourcePages({ source }: { source: Source }) {
  const { data: pages } = usePages(source);
  const [everything, setEverything] = useState(false);
  if (!pages) return <p className="source__quiet">Loading…</p>;
  const [only] = pages;
  if (source.kind !== "site") return <Passages source={source} page={only?.url ?? ""} />;
  // What needs somebody comes first.
  const order = [...pages].sort((a, b) => Number(b.status === "failed") - Number(a.status === "failed"));
  const shown = everything ? order : order.slice(0, SHOWN_AT_FIRST);
  return (
    <>
      <ul className="source-pages" aria-label={`Pages of ${source.title}`}>
        {shown.map((page) => (
          <PageRow key={page.url} source={source} page={page} />
        ))}
      </ul>
      {shown.length < order.length && (
        <button type="button" className="source__more" onClick={() => setEverything(true)}>
          Show all {order.length} pages
        </button>
      )}
    </>
  );
}

function PageRow({ source, page }: { source: Source; page: SourcePage }) {
  const [open, setOpen] = useState(false);
  const words = (
    <>
      <span className="source-page__title">{page.title || pathOfPage(page.url)}</span>
      {page.error && <span className="source-page__error">{page.error}</span>}
      {page.passages > 0 && (
        <span className="source-page__count">
          {page.passages === 1 ? "1 passage" : `${page.passages} passages`}
          {page.status === "failed" && " from before"}
        </span>
      )}
    </>
  );
  return (
    <li className={`source-page source-page--${page.status}`}>
      <div className="source-page__line">
        <span className="source-page__mark">{MARKS[page.status]}</span>
        {page.passages > 0 ? (
          <button type="button" className="source-page__open" aria-expanded={open} onClick={() => setOpen(!open)}>
            {words}
            <ChevronRight className="source__arrow" size={14} aria-hidden />
          </button>
        ) : (
          <span className="source-page__open">{words}</span>
        )}
        <a href={page.url} target="_blank" rel="noreferrer" title={page.url} aria-label={`Open ${page.url}`}>
          <ExternalLink size={14} aria-hidden />
        </a>
      </div>
      {open && <Passages source={source} page={page.url} />}
    </li>
  );
}

function Passages({ source, page }: { source: Source; page: string }) {
  const { data: passages } = usePassages(source, page);
  if (!passages) return <p className="source__quiet">Loading…</p>;
  if (passages.length === 0) return <p className="source__quiet">Nothing of it answers now.</p>;
  return (
    <ol className="source-passages">
      {passages.map((passage) => (
        <li key={passage.id} className="source-passage">
          <h4>{[...passage.headings, passage.title].join(" › ")}</h4>
          <p>{passage.text}</p>
        </li>
      ))}
    </ol>
  );
}
