import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { FlaskConical } from "lucide-react";
import { type CSSProperties, useId, useState } from "react";
import { actionRoutes, type CustomAction, type MatchResult } from "../../api/actions";
import { useSettled } from "../../live/settled";
import { quoted } from "../../text/sentences";
import { lack, points, type Weighed, weighed } from "./wording";

const SETTLED_MS = 250;
const SHOWN_AT_MOST = 6;

/** Type a sentence, see what it would start and why; with a draft, that one is weighed as it is written. */
export function TryPanel({ draft }: { draft?: CustomAction }) {
  const [text, setText] = useState("");
  const id = useId();
  const tried = draft && { id: draft.id, name: draft.name.trim(), kind: draft.kind, triggers: draft.triggers };
  const asked = useSettled(JSON.stringify({ text: text.trim(), tried }), SETTLED_MS);
  const match = useQuery({
    queryKey: ["action-match", asked],
    queryFn: ({ signal }) => {
      const { text: words, tried: weighedDraft } = JSON.parse(asked) as { text: string; tried?: typeof tried };
      return actionRoutes.match(words, weighedDraft, signal);
    },
    enabled: (JSON.parse(asked) as { text: string }).text !== "",
    placeholderData: keepPreviousData,
  });
  return (
    <section className="try" aria-label="Try a sentence">
      <h2>
        <FlaskConical size={15} aria-hidden /> Try a sentence
      </h2>
      <textarea
        id={id}
        className="try__text"
        rows={2}
        maxLength={8000}
        aria-label="A visitor’s sentence"
        placeholder="Write what a visitor might write"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <div aria-live="polite">
        {!text.trim() ? (
          <p className="try__lead">
            {draft
              ? "This action is weighed as it stands here, before you save it, among all the others."
              : "See which action would start, with which score, and why. Nothing happens."}
          </p>
        ) : match.isError ? (
          <p className="try__lead">This cannot be tried right now.</p>
        ) : (
          match.data && <Outcome result={match.data} text={text.trim()} draft={draft} />
        )}
      </div>
    </section>
  );
}

function Outcome(props: { result: MatchResult; text: string; draft: CustomAction | undefined }) {
  const { result, text, draft } = props;
  const all = weighed(result);
  const own = draft ? draft.id || "new" : null;
  const shown = all.filter((one, index) => index < SHOWN_AT_MOST || one.id === own);
  return (
    <>
      <p className="try__outcome">
        {result.action === null ? (
          "Starts nothing"
        ) : (
          <>
            Starts <strong>{result.action}</strong>
          </>
        )}
      </p>
      {shown.length > 0 && (
        <p className="try__legend">Scores are of 100. The mark is where an action begins to start.</p>
      )}
      {draft && !draft.enabled && <p className="try__lead">Weighed as if it were switched on.</p>}
      {shown.length === 0 && <p className="try__lead">No action comes close.</p>}
      <ol className="weighed" aria-label="What was weighed">
        {shown.map((one) => (
          <WeighedAction
            key={one.id}
            one={one}
            isOwn={one.id === own}
            // Of several sentences, the one that speaks for it.
            quote={one.evidence === text ? "" : one.evidence}
          />
        ))}
      </ol>
    </>
  );
}

function WeighedAction(props: { one: Weighed; isOwn: boolean; quote: string }) {
  const { one, isOwn, quote } = props;
  const place = { "--score": one.score, "--threshold": one.threshold } as CSSProperties;
  return (
    <li className={`weighed__one${one.starts ? " is-starting" : ""}`}>
      <p className="weighed__head">
        <span className="weighed__name">
          {one.name}
          {isOwn && <span className="chip">this one</span>}
        </span>
        <span className="weighed__score">{points(one.score)}</span>
      </p>
      <div className="weighed__bar" style={place} aria-hidden>
        <span />
      </div>
      <p className="weighed__why">
        {[quote && `${quoted(quote)} ${one.why}`, !quote && one.why, lack(one)].filter(Boolean).join(" · ")}
      </p>
    </li>
  );
}
