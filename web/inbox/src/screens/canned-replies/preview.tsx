import { Eye } from "lucide-react";
import { useState } from "react";
import { Toggle } from "../../parts/toggle";
import { type Variable, partsOf } from "../../text/canned";

/** What the text becomes when it is chosen: with everything known, or where nothing is known of the visitor. */
export function Preview({ text, variables }: { text: string; variables: readonly Variable[] }) {
  const [known, setKnown] = useState(true);
  const examples = new Map(variables.map(({ name, example }) => [name, example]));
  const isOurs = (name: string) => name.startsWith("agent.");
  const parts = partsOf(text.trim(), (name) => (known || isOurs(name) ? (examples.get(name) ?? "") : ""));
  return (
    <aside className="settings__aside">
      <section className="receiving canned__preview" aria-labelledby="preview">
        <h2 id="preview">
          <Eye size={16} aria-hidden /> As it is put in
        </h2>
        <p className="canned__bubble" dir="auto">
          {parts.length === 0 && <span className="canned__nothing">Nothing yet</span>}
          {parts.map((part, index) =>
            part.is === "words" ? (
              <span key={index}>{part.text}</span>
            ) : part.is === "value" ? (
              <mark key={index}>{part.text}</mark>
            ) : (
              <mark key={index} className="is-gap">
                {part.text}
              </mark>
            ),
          )}
        </p>
        <label className="check canned__known">
          <Toggle checked={known} onChange={setKnown} label="The visitor is known" />
          The visitor is known
        </label>
        {!known && <p>What is framed is left to the agent, who cannot send it by accident.</p>}
      </section>
    </aside>
  );
}
