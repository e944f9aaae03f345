import { type Metrics, percent, wrongOf } from './metrics.ts';
import type { SetName } from './options.ts';
import type { Share } from './wilson.ts';

/** What one set came to. */
export interface SetReport {
  set: SetName;
  /** Where its cases come from, in a line. */
  origin: string;
  metrics: Metrics;
  /** What else was measured on it. */
  more: [string, string][];
}

export interface Report {
  healer: string;
  seed: string;
  sets: SetReport[];
}

export const interval = ({ count, of, share, low, high }: Share): string =>
  `${percent(share)}  (${count} of ${of}, 95 %: ${percent(low)} to ${percent(high)})`;

const headings = ['kind', 'right answer', 'cases', 'exact', 'wrong', 'refused', 'upper bound of wrong'];

const short = ({ share }: Share): string => (share === 0 ? '–' : `${(share * 100).toFixed(1)} %`);

function rowsOf({ kinds }: Metrics): string[][] {
  return kinds.map(({ kind, expected, cases, exact, wrong, refused }) => [
    kind,
    expected,
    String(cases),
    short(exact),
    wrong.count === 0 ? '–' : `${wrong.count}`,
    short(refused),
    percent(wrong.high),
  ]);
}

function summaryOf({ metrics, more }: SetReport): [string, string][] {
  const { exact, wrong, refusalRecall, refusalPrecision, invented, latency } = metrics;
  const shares: [string, Share][] = [
    ['exact, of the recoverable', exact],
    ['valid but wrong, of all', wrong],
    ['refused, of the unrecoverable (recall)', refusalRecall],
    ['unrecoverable, of the refused (precision)', refusalPrecision],
  ];
  return [
    ...shares
      .filter(([, { of }]) => of > 0)
      .map(([name, share]): [string, string] => [name, interval(share)]),
    ['invented leaves', String(invented)],
    ...more,
    ['time of a healer call', `p50 ${latency.p50.toFixed(2)} ms, p99 ${latency.p99.toFixed(2)} ms`],
  ];
}

const overall = ({ sets }: Report): string =>
  `Valid but wrong over all sets: ${interval(wrongOf(sets.map(({ metrics }) => metrics)))}`;
const headOf = ({ healer, seed }: Report): string => `Healer ${healer}, seed ${seed}`;

export function reportText(report: Report): string {
  const parts = report.sets.map((set) => {
    const rows = [headings, ...rowsOf(set.metrics)];
    const widths = headings.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
    const table = rows.map((row) =>
      row.map((cell, at) => (at < 2 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join('  '),
    );
    const summary = summaryOf(set);
    const width = Math.max(...summary.map(([name]) => name.length));
    const lines = summary.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
    return [`${set.set}: ${set.origin}`, '', ...table, '', ...lines].join('\n');
  });
  return [headOf(report), ...parts, overall(report)].join('\n\n');
}

export function reportMarkdown(report: Report): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const parts = report.sets.flatMap((set) => [
    `#### ${set.set}`,
    '',
    `${set.origin}.`,
    '',
    line(['', '']),
    line(['---', '---']),
    ...summaryOf(set).map(line),
    '',
    line(headings),
    line(headings.map((_, at) => (at < 2 ? '---' : '---:'))),
    ...rowsOf(set.metrics).map(([kind, ...rest]) => line([`\`${kind}\``, ...rest])),
    '',
  ]);
  return [`${headOf(report)}.`, '', ...parts, `${overall(report)}.`].join('\n');
}
