import { MoveDown, MoveUp } from "lucide-react";
import type { ReactNode } from "react";
import type { Figures, Spread } from "../../api/reports";
import { compared, count, counted, mean, share, span } from "../../text/reports";

interface HeadlineProps {
  total: Figures;
  before: Figures;
  /** "the 7 days before" */
  than: string;
  answers(figures: Figures): Spread;
}

/** The four figures that say it all. */
export function Headline({ total, before, than, answers }: HeadlineProps) {
  const spread = answers(total);
  const unanswered = total.returned + total.resolved;
  return (
    <dl className="headline" aria-label="In short">
      <Figure
        name="Time to the first human answer"
        value={spread.median_seconds}
        before={answers(before).median_seconds}
        shown={span}
        than={than}
      >
        {spread.p90_seconds === null ? "Nothing answered" : `Median; 9 of 10 within ${span(spread.p90_seconds)}`}
      </Figure>
      <Figure
        name="Waits over target"
        value={total.waits.over_share}
        before={before.waits.over_share}
        shown={share}
        than={than}
      >
        {count(total.waits.over)} of {counted(total.waits.judged, "wait", "waits")}; first answers{" "}
        {percent(total.first.over_share)}, further {percent(total.further.over_share)}
      </Figure>
      <Figure
        name="Alerts per handoff"
        value={total.alerts.per_handoff}
        before={before.alerts.per_handoff}
        shown={mean}
        than={than}
      >
        {total.alerts.failed_share ? `${share(total.alerts.failed_share)} reached no channel` : "None failed"}
        {total.alerts.nobody_there > 0 && `; ${count(total.alerts.nobody_there)} with nobody there`}
      </Figure>
      <Figure name="Handoffs" value={total.handoffs} before={before.handoffs} shown={count} than={than}>
        {unanswered === 0
          ? "No wait ended without an answer"
          : `${counted(unanswered, "wait", "waits")} ended without an answer`}
        {total.running > 0 && `; ${counted(total.running, "visitor waits", "visitors wait")} now`}
      </Figure>
    </dl>
  );
}

interface FigureProps {
  name: string;
  value: number | null;
  before: number | null;
  than: string;
  shown(value: number): string;
  children: ReactNode;
}

function Figure({ name, value, before, than, shown, children }: FigureProps) {
  const change = compared(value, before, shown);
  return (
    <div className="headline__figure">
      <dt>{name}</dt>
      <dd className="headline__value">{value === null ? "–" : shown(value)}</dd>
      <dd className="headline__change" title={`Compared with ${than}`}>
        {change.startsWith("up") && <MoveUp size={13} aria-hidden />}
        {change.startsWith("down") && <MoveDown size={13} aria-hidden />}
        {change || "nothing to compare with"}
      </dd>
      <dd className="headline__more">{children}</dd>
    </div>
  );
}

function percent(part: number | null): string {
  return part === null ? "–" : share(part);
}
