import { makeCases } from './cases.ts';
import { loadCorpus } from './corpus.ts';
import { generalise } from './generalise.ts';
import { type BenchHealer, type Verdict, judge } from './judge.ts';
import { metricsOf } from './metrics.ts';
import { mutations } from './mutations.ts';
import { type Options, UsageError } from './options.ts';
import { seededRandom } from './random.ts';
import type { Report } from './report.ts';
import { openBenchRules } from './rules.ts';
import { simulateStream } from './stream.ts';

/** The whole bench: cases, verdicts, rules on other events, the stream. `say`: what is being done. */
export async function runBench(
  options: Options,
  { name, healer }: { name: string; healer: BenchHealer },
  say: (line: string) => void,
): Promise<{ report: Report; verdicts: Verdict[] }> {
  const { seed, kind = '' } = options;
  const chosen = mutations.filter((mutation) =>
    `${mutation.kind}.`.startsWith(kind === '' ? '' : `${kind}.`),
  );
  if (chosen.length === 0)
    throw new UsageError(
      `no kind is called ${kind}: there are ${mutations.map((mutation) => mutation.kind).join(', ')}`,
    );
  const subjects = loadCorpus();
  say(`${subjects.length} contracts; making about ${options.cases} cases`);
  const { cases, drops } = makeCases({ subjects, mutations: chosen, seed, count: options.cases });

  say(`judging ${cases.length} cases`);
  const { signal } = new AbortController();
  const verdicts: Verdict[] = [];
  for (const drift of cases) verdicts.push(await judge(drift, healer, signal));

  const bench = await openBenchRules(subjects);
  try {
    const random = seededRandom(seed, 'rules');
    const exact = verdicts.filter(({ outcome }) => outcome === 'exact');
    const sample = random.shuffled(exact).slice(0, options.rules);
    say(`trying ${sample.length} rules on ${options.eventsPerRule} other events each`);
    const { eventsPerRule, stream: events, senders } = options;
    const generalisation = await generalise({ verdicts: sample, bench, eventsPerRule, seed });
    say(`${events} events of ${senders} senders`);
    const stream = await simulateStream({ cases, healer, bench, events, senders, seed, signal });
    const metrics = metricsOf(verdicts);
    const contracts = subjects.length;
    const report = {
      healer: name,
      seed,
      cases: cases.length,
      drops,
      contracts,
      metrics,
      generalisation,
      stream,
    };
    return { report, verdicts };
  } finally {
    await bench.close();
  }
}
