import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useTheme } from '../lib/theme.ts';
import type { Tone } from './status.tsx';

export interface Line {
  label: string;
  tone: Tone;
  values: readonly (number | null)[];
}

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
  const { isDark } = useTheme();
  const shape = lines.map(({ label, tone }) => `${label}:${tone}`).join();

  useEffect(() => {
    const element = host.current!;
    const plot = new uPlot(
      optionsOf(element, { lines, stacked, height, format }),
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

  useEffect(() => chart.current?.setData(dataOf(times, lines, stacked)), [times, lines, stacked]);

  return (
    <div ref={host} className="time-chart" role="img" aria-label={label} style={{ minHeight: height }} />
  );
}

type Data = uPlot.AlignedData;

/** uPlot wants seconds, and the running sums where areas are stacked; the topmost first, so that none hides another. */
function dataOf(times: readonly string[], lines: readonly Line[], stacked: boolean): Data {
  const seconds = times.map((time) => Date.parse(time) / 1000);
  if (!stacked) return [seconds, ...lines.map(({ values }) => [...values])];
  const sums: number[][] = [];
  const running = times.map(() => 0);
  for (const { values } of lines) {
    for (const index of running.keys()) running[index]! += values[index] ?? 0;
    sums.unshift([...running]);
  }
  return [seconds, ...sums];
}

function optionsOf(
  element: HTMLElement,
  {
    lines,
    stacked,
    height,
    format,
  }: Pick<TimeChartProps, 'lines' | 'format'> & { stacked: boolean; height: number },
): uPlot.Options {
  const colour = (name: string) => resolveColour(element, `var(--${name})`);
  const drawn = stacked ? lines.toReversed() : lines;
  const axis = {
    stroke: colour('text-3'),
    font: '11px Inter, system-ui, sans-serif',
    ticks: { show: false },
    grid: { stroke: colour('border'), width: 1 },
  };
  return {
    width: element.clientWidth || 300,
    height,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { show: !stacked } },
    scales: { y: { range: (_, __, max) => [0, Math.max(max * 1.08, 1)] } },
    axes: [
      { ...axis, grid: { show: false }, space: 70, size: 28, values: (_, ticks) => ticks.map(clockOf) },
      { ...axis, size: 56, space: 36, gap: 8, values: (_, ticks) => ticks.map(format) },
    ],
    series: [
      {},
      ...drawn.map(({ label, tone }) => ({
        label,
        stroke: colour(tone),
        width: stacked ? 1 : 1.75,
        ...(stacked ? { fill: colour(tone) } : {}),
        points: { show: false },
      })),
    ],
    plugins: [tooltip(lines, stacked, format)],
  };
}

function clockOf(seconds: number): string {
  return new Date(seconds * 1000).toTimeString().slice(0, 5);
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

function tooltip(lines: readonly Line[], stacked: boolean, format: (value: number) => string): uPlot.Plugin {
  const box = document.createElement('div');
  box.className = 'chart-tip';
  box.hidden = true;
  return {
    hooks: {
      init: (plot) => plot.over.append(box),
      setCursor: (plot) => {
        const { idx, left = -1 } = plot.cursor;
        box.hidden = idx === null || idx === undefined || left < 0;
        if (box.hidden) return;
        const at = plot.data[0][idx!]!;
        const rows = lines.map(({ label, tone }, index) => {
          const value = valueIn(plot.data, index, idx!, stacked);
          const row = document.createElement('div');
          const dot = document.createElement('span');
          dot.className = 'dot';
          dot.style.background = `var(--${tone})`;
          const name = document.createElement('span');
          name.textContent = label;
          const figure = document.createElement('b');
          figure.textContent = value === null ? '–' : format(value);
          row.append(dot, name, figure);
          return row;
        });
        const time = document.createElement('time');
        time.textContent = new Date(at * 1000).toTimeString().slice(0, 8);
        box.replaceChildren(time, ...rows);
        const isRight = left > plot.over.clientWidth / 2;
        box.style.left = isRight ? '' : `${left + 12}px`;
        box.style.right = isRight ? `${plot.over.clientWidth - left + 12}px` : '';
      },
    },
  };
}

/** Of a stacked chart the value is what its sum has more than the one below. */
function valueIn(data: Data, line: number, at: number, stacked: boolean): number | null {
  if (!stacked) return data[line + 1]?.[at] ?? null;
  const top = data.length - 1 - line;
  return (data[top]?.[at] ?? 0) - (line === 0 ? 0 : (data[top + 1]?.[at] ?? 0));
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
