// npm run test:chaos -- [--profile embedded-duckdb|embedded-postgres|nats-postgres] [--minutes N] [--seed S]
// Without --minutes a bounded form: 40 s a profile. NATS_SERVER=/path/to/nats-server, see CONTRIBUTING.md.
import { parseArgs } from 'node:util';
import { isWhole } from './balance.ts';
import { runCampaign } from './campaign.ts';
import { type ProfileName, profileNames } from './profiles.ts';

const { values } = parseArgs({
  options: { profile: { type: 'string' }, minutes: { type: 'string' }, seed: { type: 'string' } },
});
const profiles = profileNames.filter((name) => values.profile === undefined || name === values.profile);
if (profiles.length === 0) throw new Error(`--profile is one of ${profileNames.join(', ')}`);
const seconds = values.minutes === undefined ? 40 : Number(values.minutes) * 60;
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);

const say = (text: string) => process.stdout.write(`${text}\n`);
let failed = 0;
for (const profile of profiles) {
  say(`${profile}: seed ${seed}, ${seconds} s of trouble`);
  const report = await runCampaign(profile satisfies ProfileName, seed, seconds);
  const { faults, people, refused, ended, balance } = report;
  const { lost, twice, ...counts } = balance;
  say(
    `  faults: ${Object.entries(faults)
      .map(([name, n]) => `${n} × ${name}`)
      .join(', ')}`,
  );
  say(`  people: ${JSON.stringify(people)}; requests that were not accepted at once: ${refused}`);
  for (const why of ended) say(`  a service ended by itself: ${why}`);
  say(`  events: ${JSON.stringify(counts)}`);
  say(`  lost: ${lost.length}, twice: ${twice.length}`);
  for (const line of [...lost.slice(0, 10), ...twice.slice(0, 10)]) say(`    ${line}`);
  if (!isWhole(balance)) {
    failed++;
    say(`  again: npm run test:chaos -- --profile ${profile} --seed ${seed} --minutes ${seconds / 60}`);
  }
}
process.exit(failed === 0 ? 0 : 1);
