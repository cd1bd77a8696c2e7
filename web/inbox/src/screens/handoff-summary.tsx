import { CircleSlash, FileText } from "lucide-react";
import type { Handoff, Tried } from "../api/wire";
import { Card } from "../parts/card";
import { webAddress } from "../text/links";
import { quoted, reasonOf } from "../text/sentences";
import { evidenceBeside } from "../text/summary";

/** What an agent reads before the thread: what the visitor wants, and why that takes a person. */
export function HandoffReasons({ handoff }: { handoff: Handoff }) {
  const { wants } = handoff.summary;
  const evidence = evidenceBeside(handoff);
  return (
    <>
      {wants.length > 0 && (
        <Card title="What they want">
          {wants.map((want) => (
            <blockquote key={want} className="summary__want">
              {quoted(want)}
            </blockquote>
          ))}
        </Card>
      )}
      <Card title="Why a person">
        <p>
          <span className="chip chip--reason">{reasonOf(handoff)}</span>
        </p>
        {evidence && <blockquote className="details__quote">{quoted(evidence)}</blockquote>}
      </Card>
    </>
  );
}

/** What the assistant did about it: its sources, or that it had no answer. */
export function HandoffTried({ handoff }: { handoff: Handoff }) {
  const { tried } = handoff.summary;
  if (tried.length === 0) return null;
  return (
    <Card title="What was tried">
      <ol className="tried">
        {tried.map((each, index) => (
          <TriedLine key={index} tried={each} />
        ))}
      </ol>
    </Card>
  );
}

function TriedLine({ tried }: { tried: Tried }) {
  return (
    <li title={tried.answer || undefined}>
      <p>{tried.question}</p>
      {tried.answer ? (
        tried.sources.map((source) => {
          const href = webAddress(source.url);
          const name = (
            <>
              <FileText size={13} aria-hidden /> {source.title}
            </>
          );
          return href ? (
            <a key={source.title} className="details__line" href={href} target="_blank" rel="noreferrer">
              {name}
            </a>
          ) : (
            <p key={source.title} className="details__line">
              {name}
            </p>
          );
        })
      ) : (
        <p className="details__line details__line--grey">
          <CircleSlash size={13} aria-hidden /> Had no answer
        </p>
      )}
    </li>
  );
}
