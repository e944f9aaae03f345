import { makeCases } from './cases.ts';
import type { Subject } from './corpus/subject.ts';
import { generalise } from './generalise.ts';
import { type BenchHealer, type Verdict, judgeAll } from './judge.ts';
import { metricsOf } from './metrics.ts';
import { mutations } from './mutations.ts';
import { type Options, UsageError } from './options.ts';
import { seededRandom } from './random.ts';
import { type SetReport, interval } from './report.ts';
import type { BenchRules } from './rules.ts';
import { simulateStream } from './stream.ts';
import { shareOf } from './wilson.ts';

/** The drifts that the bench makes itself: verdicts, rules on other events, the stream. */
export async function runGenerated(
  options: Options,
  subjects: readonly Subject[],
  healer: BenchHealer,
  bench: BenchRules,
  signal: AbortSignal,
): Promise<{ report: SetReport; verdicts: Verdict[] }> {
  const { seed, kind = '', eventsPerRule, stream: events, senders } = options;
  const chosen = mutations.filter((mutation) =>
    `${mutation.kind}.`.startsWith(kind === '' ? '' : `${kind}.`),
  );
  if (chosen.length === 0)
    throw new UsageError(
      `no kind is called ${kind}: there are ${mutations.map((mutation) => mutation.kind).join(', ')}`,
    );
  const { cases, drops } = makeCases({ subjects, mutations: chosen, seed, count: options.cases });
  const verdicts = await judgeAll(cases, healer, signal);

  const exact = verdicts.filter(({ outcome }) => outcome === 'exact');
  const sample = seededRandom(seed, 'rules').shuffled(exact).slice(0, options.rules);
  const others = await generalise({ verdicts: sample, bench, eventsPerRule, seed });
  const stream = await simulateStream({ cases, healer, bench, events, senders, seed, signal });
  const perTenThousand = Math.round((stream.calls / Math.max(1, stream.events)) * 10_000);
  const dropped = Object.entries(drops).map(([why, count]) => `${count} ${why}`);
  return {
    report: {
      set: 'generated',
      origin: `${cases.length} cases of ${subjects.length} contracts (draws not used: ${dropped.join(', ')})`,
      metrics: metricsOf(verdicts),
      more: [
        [
          `other events of the sender (${others.rules} rules): exact`,
          interval(shareOf(others.exact, others.events)),
        ],
        ['other events of the sender: wrong', interval(shareOf(others.wrong, others.events))],
        ['other events of the sender: left to a healer', interval(shareOf(others.left, others.events))],
        [
          'healer calls per 10,000 drifted events',
          `${perTenThousand}  (${stream.senders} senders, ${stream.events} events; ${stream.wrong} loaded wrong)`,
        ],
      ],
    },
    verdicts,
  };
}
