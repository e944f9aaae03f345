// DriftBench: how often a healer repairs drifted events exactly, wrongly, or not at all. See README.md.
import { writeFileSync } from 'node:fs';
import { runBench } from './bench.ts';
import { chosenHealer } from './healers.ts';
import type { Verdict } from './judge.ts';
import { failedTargets } from './metrics.ts';
import { type Options, UsageError, readOptions, usage } from './options.ts';
import { failuresText, reportMarkdown, reportText } from './report.ts';

async function main(options: Options): Promise<void> {
  const start = performance.now();
  const seconds = () => `${((performance.now() - start) / 1000).toFixed(1).padStart(5)} s  `;
  const { report, verdicts } = await runBench(options, await chosenHealer(options), (line) =>
    console.error(seconds() + line),
  );
  console.error(`${seconds()}done`);
  console.log(options.markdown ? reportMarkdown(report) : reportText(report));
  if (options.failures > 0) console.log(`\n${failuresText(verdicts, options.failures)}`);
  for (const { id, style } of report.generalisation.faults)
    console.log(`A rule that repaired ${id} (${style}) was wrong on another event of the sender.`);
  if (options.json !== undefined)
    writeFileSync(options.json, `${JSON.stringify({ report, verdicts: verdicts.map(forJson) }, null, 2)}\n`);

  const failed = options.gate ? failedTargets(report.metrics) : [];
  for (const target of failed) console.error(`target missed: ${target}`);
  if (report.metrics.invented > 0) console.error(`${report.metrics.invented} leaves were invented`);
  if (failed.length > 0 || report.metrics.invented > 0) process.exitCode = 1;
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
