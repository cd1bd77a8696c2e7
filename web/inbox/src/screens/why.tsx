import { ChevronRight } from "lucide-react";
import { useState } from "react";
import type { LedgerHandoff, LedgerWait, WaitStep } from "../api/waits";
import type { ConversationEvent, Row } from "../api/wire";
import { useLive } from "../live/live";
import { useNow } from "../live/now";
import { useLedger, useTeamName } from "../live/queries";
import { Button } from "../parts/button";
import { type Naming, quoted } from "../text/sentences";
import { dayAndTime, exactTime, longAgo } from "../text/times";
import { formatWait } from "../text/wait";
import { outcomeOf } from "../text/alerts";
import { handoffEnd, offsetOf, ruleOf, stepSentence } from "../text/waits";

interface WhyProps {
  row: Row;
  /** Its log, for what the ledger leaves out. */
  events: readonly ConversationEvent[];
}

/** Opens to the ledger: which rule fired for which words, every timer and alert, who took it, and how it ended. */
export function Why({ row, events }: WhyProps) {
  const [open, setOpen] = useState(false);
  return (
    <div className="why">
      <button type="button" className="why__toggle" aria-expanded={open} onClick={() => setOpen(!open)}>
        <ChevronRight size={14} aria-hidden /> Why did this happen?
      </button>
      {open && <Handoffs row={row} events={events} />}
    </div>
  );
}

function Handoffs({ row, events }: WhyProps) {
  const { me } = useLive();
  const naming: Naming = { team: useTeamName(), myId: me.id };
  const { data, isError, refetch } = useLedger(row);
  if (isError && !data) {
    return (
      <p className="why__none">
        This could not be read.{" "}
        <Button small onClick={() => void refetch()}>
          Try again
        </Button>
      </p>
    );
  }
  if (!data) return <div className="skeletons" role="status" aria-label="Loading why this happened" />;
  const bySeq = new Map(events.map((event) => [event.seq, event]));
  return (
    <ol className="why__handoffs" aria-label="Handoffs">
      {data.handoffs.toReversed().map((handoff) => (
        <Handoff
          key={handoff.number}
          current={row.handoff !== null && handoff.ended_at === null}
          handoff={handoff}
          waits={data.items.filter((wait) => wait.handoff === handoff.number)}
          bySeq={bySeq}
          naming={naming}
        />
      ))}
    </ol>
  );
}

interface HandoffProps {
  /** Its words stand above already. */
  current: boolean;
  handoff: LedgerHandoff;
  waits: readonly LedgerWait[];
  bySeq: ReadonlyMap<number, ConversationEvent>;
  naming: Naming;
}

function Handoff({ current, handoff, waits, bySeq, naming }: HandoffProps) {
  const end = handoffEnd(handoff, naming);
  return (
    <li className="handoff">
      <h4>
        <span>{ruleOf(handoff, naming)}</span>
        <time dateTime={handoff.began_at} title={exactTime(handoff.began_at)}>
          {longAgo(handoff.began_at, useNow())}
        </time>
      </h4>
      {!current && handoff.evidence && <blockquote>{quoted(handoff.evidence)}</blockquote>}
      {waits.map((wait) => (
        <ol key={wait.since} className="why__wait">
          {wait.steps.map((step, index) => (
            <Step
              key={step.seq}
              step={step}
              before={wait.steps[index - 1]}
              event={bySeq.get(step.seq)}
              wait={wait}
              naming={naming}
            />
          ))}
          {wait.deadline && <Next deadline={wait.deadline} />}
        </ol>
      ))}
      {waits.length === 0 && <p className="why__none">Nobody had to wait.</p>}
      {handoff.ended_at && (
        <p className="handoff__end" title={exactTime(handoff.ended_at)}>
          {end}
        </p>
      )}
    </li>
  );
}

interface StepProps {
  step: WaitStep;
  before: WaitStep | undefined;
  /** What the log has of it; not there while that is being read. */
  event: ConversationEvent | undefined;
  wait: LedgerWait;
  naming: Naming;
}

function Step({ step, before, event, wait, naming }: StepProps) {
  const now = useNow();
  const opens = event?.data.opens_at;
  const due =
    step.deadline && step.deadline !== before?.deadline ? Date.parse(step.deadline) - Date.parse(wait.since) : null;
  return (
    <li className={`why-step why-step--${step.kind}`}>
      <time dateTime={step.at} title={exactTime(step.at)}>
        {offsetOf(step, wait)}
      </time>
      <p>
        {stepSentence(step, before, wait, naming, event?.text)}
        {step.alert && <small>{outcomeOf(step.alert)}</small>}
        {due !== null && (
          <small>{opens ? `Closed until ${dayAndTime(opens, now)}` : `Timer set to ${formatWait(due)}`}</small>
        )}
      </p>
    </li>
  );
}

/** What happens next if nobody does anything. */
function Next({ deadline }: { deadline: string }) {
  const left = Date.parse(deadline) - useNow();
  return (
    <li className="why-step why-step--next">
      <time dateTime={deadline} title={exactTime(deadline)} />
      <p>{left > 0 ? `Somebody more is told in ${formatWait(left)}` : "Somebody more is told now"}</p>
    </li>
  );
}
