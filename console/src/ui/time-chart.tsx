import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { duration } from '../lib/format.ts';
import { useTheme } from '../lib/theme.ts';
import type { Line } from './chart-line.ts';
import { chartTip } from './chart-tip.ts';
import type { Tone } from './status.tsx';

interface TimeChartProps {
  label: string;
  /** ISO 8601. */
  times: readonly string[];
  lines: readonly Line[];
  /** Areas on top of each other, the first one at the bottom. */
  stacked?: boolean;
  height?: number;
  format: (value: number) => string;
}

/** Values over time, on a canvas: thousands of points cost nothing. */
export function TimeChart({ label, times, lines, stacked = false, height = 220, format }: TimeChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const latest = useRef(lines);
  const { isDark } = useTheme();
  const shape = lines.map(({ label, tone }) => `${label}:${tone}`).join();

  useEffect(() => {
    const element = host.current!;
    const plot = new uPlot(
      optionsOf(element, { lines, stacked, height, format, linesNow: () => latest.current }),
      dataOf(times, lines, stacked),
      element,
    );
    chart.current = plot;
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
    // The values come by the effect below; only another shape or theme needs a new chart.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [shape, stacked, height, isDark]);

  useEffect(() => {
    latest.current = lines;
    chart.current?.setData(dataOf(times, lines, stacked));
  }, [times, lines, stacked]);

  return (
    <div ref={host} className="time-chart" role="img" aria-label={label} style={{ minHeight: height }} />
  );
}

type Data = uPlot.AlignedData;

/** The areas from the topmost to the lowest, so that none hides another; the lines over them last. */
function drawOrder(lines: readonly Line[], stacked: boolean): readonly Line[] {
  if (!stacked) return lines;
  return [
    ...lines.filter(({ isOver }) => isOver !== true).toReversed(),
    ...lines.filter(({ isOver }) => isOver === true),
  ];
}

/** uPlot wants seconds, and running sums where areas are stacked. */
function dataOf(times: readonly string[], lines: readonly Line[], stacked: boolean): Data {
  const seconds = times.map((time) => Date.parse(time) / 1000);
  if (!stacked) return [seconds, ...lines.map(({ values }) => [...values])];
  const running = times.map(() => 0);
  const sums = new Map<Line, (number | null)[]>();
  for (const line of lines) {
    if (line.isOver === true) sums.set(line, [...line.values]);
    else {
      for (const index of running.keys()) running[index]! += line.values[index] ?? 0;
      sums.set(line, [...running]);
    }
  }
  return [seconds, ...drawOrder(lines, stacked).map((line) => sums.get(line)!)];
}

interface Drawing extends Pick<TimeChartProps, 'lines' | 'format'> {
  stacked: boolean;
  height: number;
  linesNow: () => readonly Line[];
}

function optionsOf(
  element: HTMLElement,
  { lines, stacked, height, format, linesNow }: Drawing,
): uPlot.Options {
  const colour = (name: string) => resolveColour(element, `var(--${name})`);
  const axis = {
    stroke: colour('text-3'),
    font: '11px Inter, system-ui, sans-serif',
    ticks: { show: false },
    grid: { stroke: colour('border'), width: 1 },
  };
  return {
    width: element.clientWidth || 300,
    height,
    // Room for half a time at the right end.
    padding: [8, 26, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { show: !stacked } },
    scales: { y: { range: (_, __, max) => [0, Math.max(max * 1.08, 1)] } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        space: 70,
        size: 28,
        values: (_, ticks, __, ___, step) => ticks.map((tick) => clockOf(tick, step)),
      },
      {
        ...axis,
        size: 56,
        space: 36,
        gap: 8,
        // Minutes are no tens of seconds.
        ...(format === duration && { incrs: durationSteps }),
        values: (_, ticks) => ticks.map(format),
      },
    ],
    series: [
      {},
      ...drawOrder(lines, stacked).map(({ label, tone, isOver }) => ({
        label,
        stroke: colour(tone),
        width: stacked && isOver !== true ? 1 : 1.75,
        points: stacked ? { show: false } : { filter: lonePoints },
        ...(stacked && isOver !== true ? { fill: colour(tone) } : {}),
      })),
    ],
    plugins: [chartTip(linesNow, format)],
  };
}

/** A value without a neighbour makes no line: it is drawn as a point, however narrow the steps are. */
function lonePoints({ data }: uPlot, series: number, areAllShown: boolean): number[] | null {
  if (areAllShown) return null;
  const values = data[series]!;
  return [...values.keys()].filter(
    (at) =>
      typeof values[at] === 'number' &&
      typeof values[at - 1] !== 'number' &&
      typeof values[at + 1] !== 'number',
  );
}

/** Milliseconds between two lines of an axis of durations. */
const durationSteps = [
  ...[1, 10, 100].flatMap((size) => [size, 2 * size, 5 * size]),
  ...[1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 86_400].map(
    (seconds) => seconds * 1000,
  ),
];

/** With seconds where the ticks are less than a minute apart. */
function clockOf(seconds: number, step: number): string {
  return new Date(seconds * 1000).toTimeString().slice(0, step < 60 ? 8 : 5);
}

/** A canvas knows no CSS variables. */
function resolveColour(element: HTMLElement, value: string): string {
  const probe = document.createElement('span');
  probe.style.color = value;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

export function Legend({ lines }: { lines: readonly { label: string; tone: Tone; value?: string }[] }) {
  return (
    <ul className="legend">
      {lines.map(({ label, tone, value }) => (
        <li key={label}>
          <span className="dot" style={{ background: `var(--${tone})` }} aria-hidden />
          {label}
          {value !== undefined && <b>{value}</b>}
        </li>
      ))}
    </ul>
  );
}
