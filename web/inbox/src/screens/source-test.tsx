import { useMutation } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { type FormEvent, useState } from "react";
import { type SearchResult, sources } from "../api/sources";
import { wordsFor } from "../live/sources";
import { Button } from "../parts/button";

/** Ask as a customer would, and see which passages would answer. */
export function TestQuestion({ empty }: { empty: boolean }) {
  const [question, setQuestion] = useState("");
  const search = useMutation({ mutationFn: sources.search });

  function ask(event: FormEvent) {
    event.preventDefault();
    if (question.trim()) search.mutate(question.trim());
  }

  return (
    <section className="test-question" aria-label="Test a question">
      <h2>Test a question</h2>
      <p className="test-question__lead">Ask as a customer would, and see what the assistant finds.</p>
      <form onSubmit={ask}>
        <input
          aria-label="Question"
          value={question}
          placeholder="How long does a refund take?"
          disabled={empty}
          onChange={(event) => setQuestion(event.target.value)}
        />
        <Button type="submit" look="primary" disabled={empty || search.isPending}>
          <Search size={15} aria-hidden /> Find
        </Button>
      </form>
      <div aria-live="polite">
        {search.isError && <p className="test-question__verdict">{wordsFor(search.error)}</p>}
        {search.data && <Result result={search.data} />}
      </div>
    </section>
  );
}

function Result({ result }: { result: SearchResult }) {
  const percent = (score: number) => `${Math.min(100, Math.round(score * 100))}%`;
  return (
    <>
      <p className="test-question__verdict">
        {result.found
          ? "The assistant would answer from the first passage."
          : result.passages.length > 0
            ? `Nothing reaches ${percent(result.floor)}: the assistant would say that it does not know.`
            : "Nothing fits: the assistant would say that it does not know."}
      </p>
      <ol className="hits">
        {result.passages.map((passage) => (
          <li key={passage.id} className={passage.score < result.floor ? "hit is-below" : "hit"}>
            <div className="hit__head">
              <h3>{passage.title}</h3>
              <span
                className="hit__score"
                title={`Score ${passage.score.toFixed(2)}, floor ${result.floor.toFixed(2)}`}
              >
                {percent(passage.score)}
              </span>
            </div>
            <div className="hit__bar" aria-hidden>
              <span style={{ width: percent(passage.score) }} />
              <i style={{ left: percent(result.floor) }} />
            </div>
            <p className="hit__text">{passage.text}</p>
            <p className="hit__source">{passage.source.title}</p>
          </li>
        ))}
      </ol>
      {result.passages.length > 0 && (
        <p className="test-question__floor">
          The mark at {percent(result.floor)} is the floor: below it, nothing counts.
        </p>
      )}
    </>
  );
}
