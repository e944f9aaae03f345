import { grouped } from './grouped.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { segmentsOf } from '../../src/model/pointer.ts';
import type { CaseSet } from './cases.ts';
import type { Generalisation } from './generalise.ts';
import type { Verdict } from './judge.ts';
import { type Metrics, percent } from './metrics.ts';
import type { StreamResult } from './stream.ts';
import { valuesAt } from './paths.ts';
import { type Share, shareOf } from './wilson.ts';

export interface Report {
  healer: string;
  seed: string;
  cases: number;
  drops: CaseSet['drops'];
  contracts: number;
  metrics: Metrics;
  generalisation: Generalisation;
  stream: StreamResult;
}

const interval = ({ count, of, share, low, high }: Share): string =>
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

function summaryOf({ metrics, generalisation, stream }: Report): [string, string][] {
  const { events, exact, wrong, left, rules } = generalisation;
  const perTenThousand = Math.round((stream.calls / Math.max(1, stream.events)) * 10_000);
  return [
    ['exact, of the recoverable', interval(metrics.exact)],
    ['valid but wrong, of all', interval(metrics.wrong)],
    ['refused, of the unrecoverable (recall)', interval(metrics.refusalRecall)],
    ['unrecoverable, of the refused (precision)', interval(metrics.refusalPrecision)],
    ['invented leaves', String(metrics.invented)],
    [`other events of the sender (${rules} rules): exact`, interval(shareOf(exact, events))],
    ['other events of the sender: wrong', interval(shareOf(wrong, events))],
    ['other events of the sender: left to a healer', interval(shareOf(left, events))],
    [
      'healer calls per 10,000 drifted events',
      `${perTenThousand}  (${stream.senders} senders, ${stream.events} events; ${stream.wrong} loaded wrong)`,
    ],
    [
      'time of a healer call',
      `p50 ${metrics.latency.p50.toFixed(2)} ms, p99 ${metrics.latency.p99.toFixed(2)} ms`,
    ],
  ];
}

export function reportText(report: Report): string {
  const rows = [headings, ...rowsOf(report.metrics)];
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const table = rows.map((row) =>
    row.map((cell, at) => (at < 2 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join('  '),
  );
  const summary = summaryOf(report);
  const width = Math.max(...summary.map(([name]) => name.length));
  return [
    origin(report),
    '',
    ...table,
    '',
    ...summary.map(([name, value]) => `${name.padEnd(width)}  ${value}`),
  ].join('\n');
}

export function reportMarkdown(report: Report): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    origin(report),
    '',
    line(['', '']),
    line(['---', '---']),
    ...summaryOf(report).map(line),
    '',
    line(headings),
    line(headings.map((_, at) => (at < 2 ? '---' : '---:'))),
    ...rowsOf(report.metrics).map(([kind, ...rest]) => line([`\`${kind}\``, ...rest])),
  ].join('\n');
}

function origin({ healer, seed, cases, contracts, drops }: Report): string {
  const dropped = Object.entries(drops).map(([why, count]) => `${count} ${why}`);
  return `Healer ${healer}, seed ${seed}: ${cases} cases of ${contracts} contracts (draws not used: ${dropped.join(', ')})`;
}

/** What went wrong, for a person to look at: wrong ones first. */
export function failuresText(verdicts: readonly Verdict[], limit: number): string {
  const isFailure = ({ outcome, case: { expected } }: Verdict) =>
    outcome === 'wrong' ||
    (expected === 'refuse' ? outcome !== 'refused' : expected === 'repair' && outcome !== 'exact');
  const rank = ({ outcome, invented, case: { expected } }: Verdict) =>
    invented.length > 0 ? 0 : outcome === 'wrong' ? 1 : expected === 'refuse' ? 2 : 3;
  const failures = verdicts.filter(isFailure).toSorted((a, b) => rank(a) - rank(b));
  // Of what is merely refused, some of each kind say more than many of the first.
  const chosen = [...grouped(failures, (verdict) => `${rank(verdict)} ${verdict.case.kind}`).values()];
  const picked: Verdict[] = [];
  for (let depth = 0; picked.length < limit && chosen.some((group) => depth < group.length); depth++)
    picked.push(...chosen.flatMap((group) => group[depth] ?? []).slice(0, limit - picked.length));
  return picked.map(failureText).join('\n\n');
}

function failureText({ case: drift, outcome, reason, plan, result, invented }: Verdict): string {
  const { id, subject, expected, original, mutated, failure } = drift;
  const { touches, style, inverse } = drift.drift;
  const violations = failure.violations.map(({ path, code }) => `${path} ${code}`);
  const shown = (event: JsonObject) => touched(event, touches).join('\n              ');
  return [
    `${id}  ${subject.contract.name}: ${style}  (${outcome}, ${expected} expected)`,
    `  original    ${shown(original)}`,
    `  received    ${shown(mutated)}`,
    `  violations  ${violations.slice(0, 6).join(', ')}${violations.length > 6 ? ', …' : ''}`,
    ...(inverse.length === 0 ? [] : [`  inverse     ${clipped(inverse)}`]),
    ...(plan === undefined ? [] : [`  plan        ${clipped(plan.operations)}`]),
    ...(result === undefined ? [] : [`  result      ${shown(result.event)}`]),
    ...(reason === undefined ? [] : [`  reason      ${reason}`]),
    ...(invented.length === 0 ? [] : [`  INVENTED    ${invented.join(', ')}`]),
  ].join('\n');
}

/** Of an event what the drift touches; a webhook of 20 KB is unreadable as a whole. */
function touched(event: JsonObject, touches: readonly string[]): string[] {
  return touches.flatMap((path) => {
    const values = valuesAt(event, segmentsOf(path));
    return values.slice(0, 2).map((value) => `${path || 'event'} = ${clipped(value)}`);
  });
}

function clipped(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= 700 ? text : `${text.slice(0, 700)}… (${text.length} characters)`;
}
