import { loadCorpus } from './corpus.ts';
import { runGenerated } from './generated.ts';
import { type BenchHealer, type Verdict, judgeAll } from './judge.ts';
import { metricsOf } from './metrics.ts';
import { naturalCases } from './natural/cases.ts';
import type { Options, SetName } from './options.ts';
import type { Report, SetReport } from './report.ts';
import { openBenchRules } from './rules.ts';

interface SetRun {
  report: SetReport;
  verdicts: Verdict[];
}

/** The sets that are asked for, one after the other. `say`: what is being done. */
export async function runBench(
  options: Options,
  { name, healer }: { name: string; healer: BenchHealer },
  say: (line: string) => void,
): Promise<{ report: Report; verdicts: Verdict[] }> {
  const { signal } = new AbortController();
  const runs: Record<SetName, () => Promise<SetRun>> = {
    async generated() {
      const subjects = loadCorpus();
      const bench = await openBenchRules(subjects);
      try {
        return await runGenerated(options, subjects, healer, bench, signal);
      } finally {
        await bench.close();
      }
    },
    async natural() {
      const cases = naturalCases();
      const verdicts = await judgeAll(cases, healer, signal);
      const vendors = new Set(cases.map(({ id }) => id.split(/[/.]/)[1])).size;
      const origin = `${cases.length} changes between versions of the interfaces of ${vendors} vendors`;
      return { report: { set: 'natural', origin, metrics: metricsOf(verdicts), more: [] }, verdicts };
    },
  };

  const done: SetRun[] = [];
  for (const set of options.sets) {
    say(set);
    done.push(await runs[set]());
  }
  return {
    report: { healer: name, seed: options.seed, sets: done.map(({ report }) => report) },
    verdicts: done.flatMap(({ verdicts }) => verdicts),
  };
}
