// npm run test:chaos -- [--profile embedded-duckdb|embedded-postgres|nats-postgres] [--minutes N] [--seed S]
// Without --minutes a bounded form: 20 s of trouble a profile. NATS_SERVER=/path/to/nats-server, see CONTRIBUTING.md.
// docs/reliability.md tells of the modes: --soak, --poison.
import { parseArgs } from 'node:util';
import { type CampaignOptions, type Report, runCampaign } from './campaign.ts';
import { profileNames } from './profiles.ts';
import { commandOf, shrink } from './shrink.ts';
import { sayHowItEnds, watch } from './watched.ts';

const modes: Record<string, string> = {
  '--poison': './poison/run.ts',
  '--soak': './soak/run.ts',
};
const say = (text: string) => process.stdout.write(`${text}\n`);
if (process.env['CHAOS_WATCHED'] === undefined) process.exit(await watch());
sayHowItEnds();
const mode = process.argv[2] === undefined ? undefined : modes[process.argv[2]];
if (mode === undefined) process.exit((await campaigns()) ? 0 : 1);
process.argv.splice(2, 1);
await import(mode);

/** False when one of them failed. */
async function campaigns(): Promise<boolean> {
  const { values } = parseArgs({
    allowNegative: true,
    options: {
      profile: { type: 'string' },
      minutes: { type: 'string' },
      seed: { type: 'string' },
      only: { type: 'string' },
      people: { type: 'boolean', default: true },
      poison: { type: 'boolean', default: true },
      // Runs that a failure may take to become smaller.
      shrink: { type: 'string', default: process.env['CI'] === 'true' ? '0' : '8' },
    },
  });
  const profiles = profileNames.filter((name) => values.profile === undefined || name === values.profile);
  if (profiles.length === 0) throw new Error(`--profile is one of ${profileNames.join(', ')}`);
  const seconds = values.minutes === undefined ? 20 : Number(values.minutes) * 60;
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
  let failed = 0;
  for (const profile of profiles) {
    const options: CampaignOptions = {
      profile,
      seed,
      seconds,
      only: values.only === undefined ? undefined : new Set(values.only.split(',')),
      withPeople: values.people,
      withPoison: values.poison,
    };
    say(`${profile}: seed ${seed}, ${seconds} s of trouble`);
    const report = await runCampaign(options);
    tell(report);
    if (report.problems.length === 0) continue;
    failed++;
    say(`  again: ${commandOf(options)}`);
    if (Number(values.shrink) === 0) continue;
    const smaller = await shrink(options, report, runCampaign, Number(values.shrink));
    const names = report.made.filter(({ id }) => smaller.only!.has(id)).map(({ name }) => name);
    say(`  smaller: ${commandOf(smaller)}\n    ${names.join(', ')}`);
  }
  return failed === 0;
}

function tell({ made, people, refused, balance, problems }: Report): void {
  const tally = new Map<string, number>();
  for (const { name } of made) tally.set(name, (tally.get(name) ?? 0) + 1);
  say(`  ${made.length} faults: ${[...tally].map(([name, n]) => `${n} × ${name}`).join(', ')}`);
  say(`  people: ${JSON.stringify(people)}; requests that were not accepted at once: ${refused}`);
  if (balance !== undefined) {
    const { lost, twice, wrong, unexplained, ...counts } = balance;
    say(`  events: ${JSON.stringify(counts)}`);
    say(
      `  lost: ${lost.length}, twice: ${twice.length}, wrong: ${wrong.length}, unexplained: ${unexplained.length}`,
    );
  }
  for (const line of [...problems.slice(0, 20), ...problems.slice(20).slice(-5)]) say(`    ${line}`);
}
