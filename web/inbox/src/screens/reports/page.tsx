import "../../styles/reports.css";

import { ChartNoAxesColumn, CloudOff } from "lucide-react";
import { useSearchParams } from "wouter";
import { Problem } from "../../api/client";
import type { Asked, Figures, WaitsReport } from "../../api/reports";
import { useTeams } from "../../live/queries";
import { useWaitsReport } from "../../live/reports";
import { Button } from "../../parts/button";
import { Empty } from "../../parts/empty";
import { Toggle } from "../../parts/toggle";
import { serverClock } from "../../text/clock";
import { beforeOf, type Dates, dateIn, datesOf, faultOf, PERIODS, type PeriodName } from "../../text/reports";
import { PageHead } from "../custom-actions/page-head";
import { Headline } from "./headline";
import { Plots } from "./plots";
import { TeamsTable } from "./teams";

const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;
const NAMES: Record<PeriodName, string> = { today: "Today", week: "7 days", month: "30 days", custom: "Custom" };

/** Where supervisors and admins see how long visitors waited for a person. What is chosen stands in the address. */
export default function ReportsPage({ onRail }: { onRail(): void }) {
  const [chosen, setChosen] = useSearchParams();
  const { data: teams = [] } = useTeams();
  const today = dateIn(HERE, serverClock.now());
  const period = PERIODS.find((each) => each === chosen.get("period")) ?? "week";
  const dates: Dates =
    period === "custom" ? { from: chosen.get("from") ?? "", to: chosen.get("to") ?? "" } : datesOf(period, today);
  const team = chosen.get("team") ?? "";
  const fault = faultOf(dates);

  const choose = (change: Record<string, string>) =>
    setChosen(
      (before) => {
        const next = new URLSearchParams(before);
        for (const [name, value] of Object.entries(change)) {
          if (value) next.set(name, value);
          else next.delete(name);
        }
        return next;
      },
      { replace: true },
    );

  return (
    <main className="settings reports" aria-label="Reports">
      <PageHead title="Reports" onRail={onRail} />
      <div className="reports__page">
        <div className="reports__choices">
          <fieldset className="periods">
            <legend className="unseen">Period</legend>
            {PERIODS.map((each) => (
              <label key={each} className={`periods__choice${each === period ? " is-here" : ""}`}>
                <input
                  type="radio"
                  name="period"
                  className="unseen"
                  checked={each === period}
                  // Whoever begins to choose days starts with those that are on the screen.
                  onChange={() =>
                    choose(each === "custom" ? { period: each, ...dates } : { period: each, from: "", to: "" })
                  }
                />
                {NAMES[each]}
              </label>
            ))}
          </fieldset>
          {period === "custom" && (
            <div className="reports__days">
              <input
                type="date"
                aria-label="First day"
                value={dates.from}
                max={today}
                onChange={(event) => choose({ from: event.target.value })}
              />
              <span aria-hidden>to</span>
              <input
                type="date"
                aria-label="Last day"
                value={dates.to}
                max={today}
                onChange={(event) => choose({ to: event.target.value })}
              />
            </div>
          )}
          <select aria-label="Team" value={team} onChange={(event) => choose({ team: event.target.value })}>
            <option value="">All teams</option>
            {teams.map(({ slug, name }) => (
              <option key={slug} value={slug}>
                {name}
              </option>
            ))}
          </select>
        </div>
        {fault ? (
          <p className="faults" role="alert">
            {fault}
          </p>
        ) : (
          <Found
            asked={{ ...dates, time_zone: HERE, team }}
            than={beforeOf(dates, today)}
            whole={chosen.get("closed") === "counted"}
            onWhole={(whole) => choose({ closed: whole ? "counted" : "" })}
          />
        )}
      </div>
    </main>
  );
}

interface FoundProps {
  asked: Asked;
  than: string;
  /** Whether times count the hours in which the team was closed, too. */
  whole: boolean;
  onWhole(whole: boolean): void;
}

function Found({ asked, than, whole, onWhole }: FoundProps) {
  const { data: teams = [] } = useTeams();
  const report = useWaitsReport(asked);
  const found = report.data;
  if (!found) {
    return report.isError ? (
      <Empty
        icon={<CloudOff />}
        title="The report cannot be read right now"
        action={<Button onClick={() => void report.refetch()}>Try again</Button>}
      >
        {report.error instanceof Problem ? report.error.message : ""}
      </Empty>
    ) : (
      <div className="reports__loading" role="status" aria-label="Counting">
        {Array.from({ length: 6 }, (_, index) => (
          <span key={index} />
        ))}
      </div>
    );
  }
  if (found.total.handoffs === 0 && found.total.waits.waits === 0) {
    return (
      <Empty icon={<ChartNoAxesColumn />} title="Nothing to report yet">
        No visitor waited for a person in this time. As soon as one does, you see here how long.
      </Empty>
    );
  }
  const answers = (figures: Figures) => (whole ? figures.first_answer : figures.first_answer_open);
  const closed = wasClosed(found);
  return (
    <div
      className={report.isPlaceholderData ? "reports__found is-old" : "reports__found"}
      aria-busy={report.isFetching}
    >
      <div className="reports__lead">
        <p>
          Compared with {than}. Hours and days are those of {found.time_zone.replaceAll("_", " ")}.
          {closed && !whole && " Hours in which the team was closed are left out of the times."}
        </p>
        {closed && (
          <label className="check">
            <Toggle checked={whole} label="Count closed hours" onChange={onWhole} />
            Count closed hours
          </label>
        )}
      </div>
      <Headline total={found.total} before={found.before} than={than} answers={answers} />
      <div className="plots">
        <Plots report={found} asked={asked} answers={answers} />
        <TeamsTable report={found} teams={teams} answers={answers} />
      </div>
    </div>
  );
}

/** Whether anybody waited while the team was closed, as far as it shows. */
function wasClosed({ by_day }: WaitsReport): boolean {
  return by_day.some(
    ({ first_answer, first_answer_open }) =>
      first_answer.median_seconds !== first_answer_open.median_seconds ||
      first_answer.p90_seconds !== first_answer_open.p90_seconds,
  );
}
