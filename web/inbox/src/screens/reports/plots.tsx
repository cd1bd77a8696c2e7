import { type Asked, type Figures, reports, type Spread, type WaitsReport } from "../../api/reports";
import {
  count,
  countMarks,
  durationMark,
  durationMarks,
  hourMark,
  longDay,
  mean,
  shortDay,
  span,
  wholeHour,
} from "../../text/reports";
import { Plot, type PlotProps, type Series } from "./plot";

type Hour = WaitsReport["by_hour"][number];
type Day = WaitsReport["by_day"][number];

interface PlotsProps {
  report: WaitsReport;
  asked: Asked;
  answers(figures: Figures): Spread;
}

/** What happened when. Of a single day, only its hours say something. */
export function Plots({ report, asked, answers }: PlotsProps) {
  const hours = {
    data: report.by_hour,
    label: (each: Hour) => hourMark(each.hour),
    name: (each: Hour) => wholeHour(each.hour),
    heading: "Hour",
    download: reports.table(asked, "hour"),
  };
  const days = {
    data: report.by_day,
    label: (each: Day) => shortDay(each.day),
    name: (each: Day) => longDay(each.day),
    heading: "Day",
    download: reports.table(asked, "day"),
  };
  const isOneDay = report.by_day.length === 1;
  return (
    <>
      <Answers {...hours} answers={answers} />
      <OverTarget {...hours} by="hour" />
      {isOneDay ? (
        <HandoffsAndAlerts {...hours} by="hour" />
      ) : (
        <>
          <OverTarget {...days} by="day" />
          <HandoffsAndAlerts {...days} by="day" />
        </>
      )}
    </>
  );
}

type Over<Datum> = Pick<PlotProps<Datum>, "data" | "label" | "name" | "heading" | "download">;
type OverBy<Datum> = Over<Datum> & { by: "hour" | "day" };

function Answers<Datum extends Figures>({ answers, ...over }: Over<Datum> & { answers(figures: Figures): Spread }) {
  const slowest = most(over.data, (each) => answers(each).median_seconds);
  return (
    <Plot
      {...over}
      title="Time to the first human answer, by hour"
      summary={
        slowest
          ? `The slowest median is ${span(answers(slowest).median_seconds!)}: ${over.name(slowest)}.`
          : "Nothing was answered."
      }
      series={[
        { name: "Median", tone: "main", of: (each) => answers(each).median_seconds, words: span },
        { name: "9 of 10 within", tone: "soft", of: (each) => answers(each).p90_seconds, words: span },
      ]}
      marks={durationMarks}
      mark={durationMark}
    />
  );
}

function OverTarget<Datum extends Figures>({ by, ...over }: OverBy<Datum>) {
  const latest = most(over.data, (each) => each.waits.over);
  return (
    <Plot
      {...over}
      title={`Waits over target, by ${by}`}
      summary={
        latest
          ? `Most waits over target: ${latest.waits.over} of ${latest.waits.judged}, ${over.name(latest)}.`
          : "No wait was over its target."
      }
      stacked
      series={TARGETS}
      marks={countMarks}
      mark={count}
    />
  );
}

function HandoffsAndAlerts<Datum extends Figures>({ by, ...over }: OverBy<Datum>) {
  const busiest = most(over.data, (each) => each.handoffs);
  const loudest = most(over.data, (each) => each.alerts.per_handoff);
  return (
    <>
      <Plot
        {...over}
        title={`Handoffs, by ${by}`}
        summary={busiest ? `Most handoffs: ${busiest.handoffs}, ${over.name(busiest)}.` : "There was no handoff."}
        series={[{ name: "Handoffs", tone: "main", of: (each) => each.handoffs, words: count }]}
        marks={countMarks}
        mark={count}
      />
      <Plot
        {...over}
        title={`Alerts per handoff, by ${by}`}
        summary={
          loudest
            ? `Most alerts per handoff: ${mean(loudest.alerts.per_handoff!)}, ${over.name(loudest)}.`
            : "Nobody was alerted."
        }
        series={[{ name: "Alerts per handoff", tone: "main", of: (each) => each.alerts.per_handoff, words: mean }]}
        marks={countMarks}
        mark={count}
      />
    </>
  );
}

const TARGETS: readonly Series<Figures>[] = [
  { name: "Over target", tone: "late", of: ({ waits }) => waits.over, words: count },
  { name: "Within", tone: "rest", of: ({ waits }) => waits.judged - waits.over, words: count },
];

/** The one with the largest value; undefined where all have none. */
function most<Datum>(data: readonly Datum[], of: (datum: Datum) => number | null): Datum | undefined {
  const [first] = data.filter((each) => (of(each) ?? 0) > 0).sort((a, b) => of(b)! - of(a)!);
  return first;
}
