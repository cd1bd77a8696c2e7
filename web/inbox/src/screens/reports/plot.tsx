import { AxisBottom, AxisLeft } from "@visx/axis";
import { scaleBand, scaleLinear } from "@visx/scale";
import { Bar } from "@visx/shape";
import { Download, Table2, ChartColumn } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { Button } from "../../parts/button";
import { labelled } from "../../text/reports";

/** How a part of a bar looks: `main` is the accent, `soft` and `rest` are quiet, `late` says that somebody waited. */
export type Tone = "main" | "soft" | "rest" | "late";

export interface Series<Datum> {
  name: string;
  tone: Tone;
  /** null where there is none, which is not 0. */
  of(datum: Datum): number | null;
  /** In words, for the table and the hint. */
  words(value: number): string;
}

export interface PlotProps<Datum> {
  title: string;
  /** What it shows, for whoever does not see it. */
  summary: string;
  data: readonly Datum[];
  /** The first one stands in front, or at the bottom. */
  series: readonly Series<Datum>[];
  /** Parts of a whole stand upon each other; others share one base, the later behind the earlier. */
  stacked?: boolean;
  marks(largest: number): number[];
  mark(value: number): string;
  /** What a bar stands for: short below the axis, whole in the hint and the table. */
  label(datum: Datum): string;
  name(datum: Datum): string;
  heading: string;
  /** Where its table can be downloaded. */
  download: string;
}

const HEIGHT = 200;
const LEFT = 46;
const BELOW = 24;
const ABOVE = 8;
const LABEL_WIDTH = 52;
const WIDEST_BAR = 44;

/** Bars over hours or days, with the same as a table. */
export function Plot<Datum>(props: PlotProps<Datum>) {
  const [asTable, setAsTable] = useState(false);
  const id = useId();
  const other = asTable ? "As a plot" : "As a table";
  return (
    <section className="plot" aria-labelledby={id}>
      <header className="plot__head">
        <h2 id={id}>{props.title}</h2>
        <Button small look="quiet" aria-label={`${other}: ${props.title}`} onClick={() => setAsTable(!asTable)}>
          {asTable ? <ChartColumn size={15} aria-hidden /> : <Table2 size={15} aria-hidden />} {other}
        </Button>
      </header>
      {asTable ? (
        <PlotTable {...props} />
      ) : (
        <>
          <Bars {...props} />
          <Legend series={props.series} />
        </>
      )}
    </section>
  );
}

function Legend<Datum>({ series }: { series: readonly Series<Datum>[] }) {
  if (series.length < 2) return null;
  return (
    <ul className="plot__legend">
      {series.map(({ name, tone }) => (
        <li key={name}>
          <span className={`plot__key plot__key--${tone}`} aria-hidden />
          {name}
        </li>
      ))}
    </ul>
  );
}

function PlotTable<Datum>({ data, series, name, heading, title, download }: PlotProps<Datum>) {
  return (
    <>
      <div className="plot__table" tabIndex={0} role="group" aria-label={title}>
        <table>
          <thead>
            <tr>
              <th scope="col">{heading}</th>
              {series.map((each) => (
                <th key={each.name} scope="col">
                  {each.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {data.map((datum) => (
              <tr key={name(datum)}>
                <th scope="row">{name(datum)}</th>
                {series.map((each) => (
                  <td key={each.name}>{worded(each, datum)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <a className="button button--small button--quiet plot__download" href={download} download>
        <Download size={15} aria-hidden /> All figures as CSV
      </a>
    </>
  );
}

function Bars<Datum>(props: PlotProps<Datum>) {
  const { data, series, stacked = false } = props;
  const [box, width] = useWidth();
  const [under, setUnder] = useState<number | null>(null);
  const sizes = data.map((datum) => {
    const values = series.map((each) => each.of(datum) ?? 0);
    return stacked ? values.reduce((sum, value) => sum + value, 0) : Math.max(0, ...values);
  });
  const largest = Math.max(0, ...sizes);
  const marks = props.marks(largest);
  const inner = Math.max(0, width - LEFT);
  const x = scaleBand({ domain: data.map((_, index) => index), range: [LEFT, width], padding: 0.28 });
  const y = scaleLinear({ domain: [0, marks.at(-1)!], range: [HEIGHT - BELOW, ABOVE] });
  const bar = Math.min(WIDEST_BAR, x.bandwidth());
  const isLabelled = labelled(data.length, Math.floor(inner / LABEL_WIDTH));
  const datum = under === null ? undefined : data[under];

  return (
    <div className="plot__box" ref={box}>
      {width > 0 && (
        <svg
          width={width}
          height={HEIGHT}
          role="img"
          aria-label={props.summary}
          onPointerMove={(event) => {
            const at = event.clientX - event.currentTarget.getBoundingClientRect().left - LEFT;
            const index = Math.floor((at / inner) * data.length);
            setUnder(at >= 0 && index < data.length ? index : null);
          }}
          onPointerLeave={() => setUnder(null)}
        >
          {marks.map((mark) => (
            <line key={mark} className="plot__grid" x1={LEFT} x2={width} y1={y(mark)} y2={y(mark)} />
          ))}
          {datum !== undefined && (
            <rect
              className="plot__under"
              x={LEFT + (inner / data.length) * under!}
              width={inner / data.length}
              y={ABOVE}
              height={HEIGHT - BELOW - ABOVE}
            />
          )}
          {data.map((each, index) => {
            let base = 0;
            const parts = series.map((one) => {
              const value = one.of(each) ?? 0;
              const from = stacked ? base : 0;
              base += value;
              return { one, top: y(from + value), height: y(from) - y(from + value) };
            });
            // What comes later in the list stands behind.
            return parts
              .reverse()
              .map(
                ({ one, top, height }) =>
                  height > 0 && (
                    <Bar
                      key={`${index} ${one.name}`}
                      className={`plot__bar plot__bar--${one.tone}`}
                      x={x(index)! + (x.bandwidth() - bar) / 2}
                      width={bar}
                      y={top}
                      height={height}
                      rx={Math.min(2, bar / 4)}
                    />
                  ),
              );
          })}
          <AxisLeft
            scale={y}
            left={LEFT}
            tickValues={marks}
            tickFormat={(value) => props.mark(Number(value))}
            hideAxisLine
            hideTicks
            tickLength={6}
            tickClassName="plot__mark"
            tickLabelProps={{ className: "plot__label", textAnchor: "end", dy: "0.33em" }}
          />
          <AxisBottom
            scale={x}
            top={HEIGHT - BELOW}
            tickValues={data.map((_, index) => index).filter(isLabelled)}
            tickFormat={(index) => props.label(data[Number(index)]!)}
            hideTicks
            axisLineClassName="plot__line"
            tickLength={4}
            tickLabelProps={{ className: "plot__label", textAnchor: "middle" }}
          />
        </svg>
      )}
      {largest === 0 && (
        <p className="plot__nothing" aria-hidden>
          {props.summary}
        </p>
      )}
      {datum !== undefined && (
        <div className="plot__hint" style={hintAt(LEFT + (inner / data.length) * (under! + 0.5), width)} aria-hidden>
          <strong>{props.name(datum)}</strong>
          {series.map((each) => (
            <span key={each.name}>
              <span className={`plot__key plot__key--${each.tone}`} />
              {each.name}
              <b>{worded(each, datum)}</b>
            </span>
          ))}
        </div>
      )}
    </div>
  );
}

function worded<Datum>(series: Series<Datum>, datum: Datum): ReactNode {
  const value = series.of(datum);
  return value === null ? "–" : series.words(value);
}

/** Beside the bar, on the side where there is room. */
function hintAt(x: number, width: number) {
  return x < width / 2 ? { left: x + 14 } : { right: width - x + 14 };
}

function useWidth() {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const watching = new ResizeObserver(([entry]) => setWidth(Math.floor(entry!.contentRect.width)));
    watching.observe(box.current!);
    return () => watching.disconnect();
  }, []);
  return [box, width] as const;
}
