import type { Figures, Spread, WaitsReport } from "../../api/reports";
import type { Team } from "../../api/wire";
import { count, mean, share, span } from "../../text/reports";

interface TeamsTableProps {
  report: WaitsReport;
  teams: readonly Team[];
  answers(figures: Figures): Spread;
}

/** Team beside team: the numbers, with a bar behind each that can be compared at a glance. */
export function TeamsTable({ report, teams, answers }: TeamsTableProps) {
  const rows = report.by_team;
  const largest = (of: (row: Figures) => number | null) => Math.max(...rows.map((row) => of(row) ?? 0));
  const columns = [
    { name: "Handoffs", of: (row: Figures) => row.handoffs, words: count, tone: "main" },
    { name: "First answer, median", of: (row: Figures) => answers(row).median_seconds, words: span, tone: "main" },
    { name: "Waits over target", of: (row: Figures) => row.waits.over_share, words: share, tone: "late" },
    { name: "Alerts per handoff", of: (row: Figures) => row.alerts.per_handoff, words: mean, tone: "main" },
  ].map((column) => ({ ...column, largest: column.tone === "late" ? 1 : largest(column.of) }));
  return (
    <section className="plot" aria-labelledby="report-teams">
      <header className="plot__head">
        <h2 id="report-teams">By team</h2>
      </header>
      <div className="plot__table plot__table--teams" tabIndex={0} role="group" aria-label="By team">
        <table>
          <thead>
            <tr>
              <th scope="col">Team</th>
              {columns.map(({ name }) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.team}>
                <th scope="row">{teams.find(({ slug }) => slug === row.team)?.name ?? row.team}</th>
                {columns.map(({ name, of, words, tone, largest }) => {
                  const value = of(row);
                  return (
                    <td key={name}>
                      {value === null ? "–" : words(value)}
                      <svg className="teams__bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden>
                        <rect className="teams__track" width="100" height="4" />
                        {value !== null && largest > 0 && (
                          <rect className={`plot__bar--${tone}`} width={(value / largest) * 100} height="4" />
                        )}
                      </svg>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
