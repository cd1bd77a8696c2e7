import { useQuery, useQueryClient } from "@tanstack/react-query";
import { CloudOff } from "lucide-react";
import { useState } from "react";
import {
  assistant,
  type Briefing,
  LONGEST_GUIDANCE,
  LONGEST_TONE,
  type SavedBriefing,
  type UsageOfDay,
} from "../api/assistant";
import { Button } from "../parts/button";
import { Empty } from "../parts/empty";
import { LongEntry } from "../parts/entry";
import { useSaving } from "../parts/saving";
import { useToasts } from "../parts/toast";
import { dayOf, totals } from "../text/usage";
import { PageHead } from "./custom-actions/page-head";

/** Where admins say how the assistant sounds and what it keeps to, and see what its model costs. */
export default function AssistantPage({ onRail }: { onRail(): void }) {
  const saved = useQuery({ queryKey: ["briefing"], queryFn: assistant.read });
  return (
    <main className="settings" aria-label="Assistant">
      {saved.data ? (
        <Editor saved={saved.data} onRail={onRail} />
      ) : (
        <>
          <PageHead title="Assistant" onRail={onRail} />
          {saved.isError ? (
            <Empty
              icon={<CloudOff />}
              title="The assistant's settings cannot be read right now"
              action={<Button onClick={() => void saved.refetch()}>Try again</Button>}
            />
          ) : (
            <div className="skeletons" role="status" aria-label="Loading" />
          )}
        </>
      )}
    </main>
  );
}

function Editor({ saved, onRail }: { saved: SavedBriefing; onRail(): void }) {
  const queries = useQueryClient();
  const toasts = useToasts();
  const [changed, setChanged] = useState<Briefing | null>(null);
  const draft = changed ?? saved;
  const tooLong = draft.tone.length > LONGEST_TONE || draft.guidance.length > LONGEST_GUIDANCE;
  const { faults, recheck, busy, form } = useSaving({
    ready: changed !== null && !tooLong,
    unsaved: changed !== null,
    find: () => ({}),
    send: () => assistant.replace(draft),
    onSaved: (now) => {
      queries.setQueryData(["briefing"], now);
      setChanged(null);
      toasts.say("Saved", "The assistant keeps to it from its next answer on.");
    },
  });

  function set(change: Partial<Briefing>) {
    const next = { tone: draft.tone, guidance: draft.guidance, ...change };
    setChanged(next.tone === saved.tone && next.guidance === saved.guidance ? null : next);
    recheck(() => ({}));
  }

  return (
    <form {...form} className="settings__form">
      <PageHead title="Assistant" onRail={onRail}>
        {changed && (
          <Button small onClick={() => setChanged(null)}>
            Discard
          </Button>
        )}
        <Button small look="primary" type="submit" disabled={!changed || busy || tooLong}>
          Save
        </Button>
      </PageHead>
      <div className="settings__columns settings__columns--in-order">
        <div className="settings__main">
          {faults[""] && (
            <p className="faults" role="alert">
              {faults[""]}
            </p>
          )}
          <p className="settings__lead">
            This is for the language model that writes the answers. What it knows comes from your sources, and from
            nothing else. Where no model is set up, answers are quoted from the sources as they are.
          </p>
          <section className="block">
            <h2>How it answers</h2>
            <div className="entries entries--one">
              <LongEntry
                label="Tone"
                placeholder="Warm and calm. Short sentences, no exclamation marks."
                value={draft.tone}
                fault={overBy(draft.tone, LONGEST_TONE) ?? faults.tone}
                onChange={(tone) => set({ tone })}
              />
              <LongEntry
                label="Guidance"
                className="entry--roomy"
                hint="What it keeps to, in your own words. It cannot make the assistant answer what your sources do not say."
                placeholder={
                  "Call us the shop.\nNever promise a delivery date.\nWho asks about wholesale gets a person."
                }
                value={draft.guidance}
                fault={overBy(draft.guidance, LONGEST_GUIDANCE) ?? faults.guidance}
                onChange={(guidance) => set({ guidance })}
              />
            </div>
          </section>
        </div>
        <Usage />
      </div>
    </form>
  );
}

function overBy(text: string, longest: number): string | undefined {
  return text.length > longest ? `${text.length - longest} characters too long` : undefined;
}

function Usage() {
  const usage = useQuery({ queryKey: ["usage"], queryFn: assistant.usage });
  return (
    <section className="settings__aside usage" aria-label="Usage">
      <h2>Tokens, last 30 days</h2>
      {usage.data && usage.data.length > 0 ? (
        <UsageTable days={usage.data} />
      ) : (
        <p className="usage__none">
          {usage.isError
            ? "This cannot be read right now."
            : usage.isPending
              ? "Loading…"
              : "No model has answered yet, so nothing was spent."}
        </p>
      )}
    </section>
  );
}

const number = new Intl.NumberFormat();

function UsageTable({ days }: { days: readonly UsageOfDay[] }) {
  const all = totals(days);
  const severalModels = new Set(days.map(({ model }) => model)).size > 1;
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Day</th>
          <th scope="col">Requests</th>
          <th scope="col">Read</th>
          <th scope="col">Written</th>
        </tr>
      </thead>
      <tbody>
        {days.map((day) => (
          <tr key={`${day.day} ${day.model}`} title={day.model}>
            <th scope="row">
              {dayOf(day.day)}
              {severalModels && <small>{day.model}</small>}
            </th>
            <td>{number.format(day.requests)}</td>
            <td>{number.format(day.input_tokens)}</td>
            <td>{number.format(day.output_tokens)}</td>
          </tr>
        ))}
      </tbody>
      {days.length > 1 && (
        <tfoot>
          <tr>
            <th scope="row">All</th>
            <td>{number.format(all.requests)}</td>
            <td>{number.format(all.input_tokens)}</td>
            <td>{number.format(all.output_tokens)}</td>
          </tr>
        </tfoot>
      )}
    </table>
  );
}
