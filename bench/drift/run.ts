// DriftBench: how often a healer repairs drifted events exactly, wrongly, or not at all. See README.md.
import { writeFileSync } from 'node:fs';
import { runBench } from './bench.ts';
import { chosenHealer } from './healers.ts';
import type { Verdict } from './judge.ts';
import { type Options, UsageError, readOptions, usage } from './options.ts';
import { reportMarkdown, reportText } from './report.ts';
import { failedTargets } from './targets.ts';

async function main(options: Options): Promise<void> {
  const start = performance.now();
  const seconds = () => `${((performance.now() - start) / 1000).toFixed(1).padStart(5)} s  `;
  const { report, runs } = await runBench(options, await chosenHealer(options), (line) =>
    console.error(seconds() + line),
  );
  console.error(`${seconds()}done`);
  console.log(options.markdown ? reportMarkdown(report) : reportText(report));
  if (options.failures > 0) for (const { failures } of runs) console.log(`\n${failures(options.failures)}`);
  const verdicts = runs.flatMap((run) => run.verdicts);
  if (options.json !== undefined)
    writeFileSync(options.json, `${JSON.stringify({ report, verdicts: verdicts.map(forJson) }, null, 2)}\n`);

  const failed = options.gate ? failedTargets(report) : [];
  for (const target of failed) console.error(`target missed: ${target}`);
  const invented = report.sets.reduce((sum, { metrics }) => sum + metrics.invented, 0);
  if (invented > 0) console.error(`${invented} leaves were invented`);
  if (failed.length > 0 || invented > 0) process.exitCode = 1;
}

function forJson({ case: drift, outcome, reason, plan, invented, milliseconds, result }: Verdict) {
  const { id, kind, expected, subject, original, mutated } = drift;
  const { style, inverse } = drift.drift;
  const said = {
    id,
    kind,
    expected,
    contract: subject.contract.name,
    style,
    outcome,
    reason,
    plan,
    invented,
  };
  // The events of what went as it should would make the file a hundred times as large.
  const events = outcome === 'wrong' ? { original, mutated, result: result?.event } : {};
  return { ...said, inverse, milliseconds, ...events };
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) console.log(usage);
  else await main(options);
} catch (error) {
  const isUsage = error instanceof UsageError || (error instanceof TypeError && 'code' in error);
  console.error(isUsage ? error.message : error);
  process.exitCode = 2;
}
