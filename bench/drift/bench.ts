import { adversaryCases } from './adversary/cases.ts';
import { type DriftCase, makeCases } from './cases.ts';
import { loadCorpus } from './corpus.ts';
import type { Subject } from './corpus/subject.ts';
import { failuresText } from './failures.ts';
import { runGenerated } from './generated.ts';
import { type BenchHealer, type Verdict, judgeAll } from './judge.ts';
import { livesText, runLives } from './lives/run.ts';
import { metricsOf } from './metrics.ts';
import { mutations } from './mutations.ts';
import { naturalCases } from './natural/cases.ts';
import type { Options, SetName } from './options.ts';
import type { Report, SetReport } from './report.ts';
import { openBenchRules } from './rules.ts';

interface SetRun {
  report: SetReport;
  /** Of single cases. */
  verdicts: readonly Verdict[];
  /** What went wrong, so many of it, for a person. */
  failures(limit: number): string;
}

/** The sets that are asked for, one after the other. `say`: what is being done. */
export async function runBench(
  options: Options,
  { name, healer }: { name: string; healer: BenchHealer },
  say: (line: string) => void,
): Promise<{ report: Report; runs: SetRun[] }> {
  const { signal } = new AbortController();
  const corpus = once(loadCorpus);
  const natural = once(naturalCases);
  const sets: Record<SetName, () => Promise<SetRun>> = {
    generated: () => generated(options, corpus(), healer, signal),
    async natural() {
      const vendors = new Set(natural().map(({ id }) => id.split(/[/.]/)[1])).size;
      const origin = `${natural().length} changes between versions of the interfaces of ${vendors} vendors`;
      return judged('natural', origin, natural(), healer, signal);
    },
    async lives() {
      const { seed } = options;
      const { cases } = makeCases({ subjects: corpus(), mutations, seed: `${seed} lives`, count: 300 });
      const { report, verdicts } = await runLives([...cases, ...natural()], options, healer, signal);
      return { report, verdicts: [], failures: (limit) => livesText(verdicts, limit) };
    },
    async adversary() {
      const subjects = [...corpus(), ...natural().map(({ subject }) => subject)];
      const { cases, contracts } = adversaryCases(subjects, { seed: options.seed, count: options.decoys });
      const origin = `${cases.length} decoys for ${contracts} contracts`;
      return judged('adversary', origin, cases, healer, signal);
    },
  };

  const runs: SetRun[] = [];
  for (const set of options.sets) {
    say(set);
    runs.push(await sets[set]());
  }
  return { report: { healer: name, seed: options.seed, sets: runs.map(({ report }) => report) }, runs };
}

async function generated(
  options: Options,
  subjects: readonly Subject[],
  healer: BenchHealer,
  signal: AbortSignal,
): Promise<SetRun> {
  const bench = await openBenchRules(subjects);
  try {
    const { report, verdicts } = await runGenerated(options, subjects, healer, bench, signal);
    return { report, verdicts, failures: (limit) => failuresText(verdicts, limit) };
  } finally {
    await bench.close();
  }
}

async function judged(
  set: SetName,
  origin: string,
  cases: readonly DriftCase[],
  healer: BenchHealer,
  signal: AbortSignal,
): Promise<SetRun> {
  const verdicts = await judgeAll(cases, healer, signal);
  const report = { set, origin, metrics: metricsOf(verdicts), more: [] };
  return { report, verdicts, failures: (limit) => failuresText(verdicts, limit) };
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
