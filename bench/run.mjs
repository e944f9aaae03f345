// npm run bench: the product beside bare baselines on the same machine, in one run, rounds interleaved, as ratios.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Figures, printBeside } from './figures.mjs';
import { generator } from './load/single.mjs';
import { useBuild } from './sentinel-process.mjs';
import { printTargets } from './targets.mjs';

const scenarios = [
  'singles',
  'webhooks',
  'verified',
  'ndjson',
  'postgres',
  'latency',
  'replay',
  'backlog',
  'restart',
  'contracts',
  'large-table',
  'refill',
  'idle',
  'growth',
];
const peers = ['benthos', 'dlt'];
const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '4' },
    events: { type: 'string', default: '200000' },
    backlog: { type: 'string', default: '5000000' },
    pending: { type: 'string', default: '1000000' },
    rows: { type: 'string', default: '20000000' },
    scale: { type: 'string', default: '1' },
    growing: { type: 'string' },
    svg: { type: 'string' },
    only: { type: 'string' },
    json: { type: 'string' },
    against: { type: 'string' },
    peers: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(`npm run bench -- [options]
  --only A,B      of ${scenarios.join(', ')} (all)
  --rounds N      of singles, webhooks, verified, ndjson and postgres (3)
  --seconds N     of each run with single events (4)
  --events N      of each NDJSON run (200000)
  --backlog N     events that pile up (5000000)
  --pending N     events that wait at the restart (1000000)
  --rows N        in the large table (20000000)
  --scale N       times the sizes of growth, which are those of a quick run (1); what the documentation shows took 4
  --growing TEXT  only the costs of growth with this in their name, as "dead letters"
  --svg FILE      gets the plots of growth
  --json FILE     the figures and targets, for programs
  --peers         also Benthos, with the load of the scenario postgres (needs Go), and dlt, with that of ndjson (needs Python)
  --against DIR   another folder with a build (dist/): both are measured in turns, and their medians compared`);
  process.exit(0);
}
const chosen = [...(values.only?.split(',') ?? scenarios), ...(values.peers ? peers : [])];
const unknown = chosen.find((name) => ![...scenarios, ...peers].includes(name));
if (unknown !== undefined)
  throw new Error(`there is no scenario ${unknown}; there are ${scenarios.join(', ')}`);
const count = (name) => {
  const number = Number(values[name]);
  if (!Number.isInteger(number) || number < 1) throw new Error(`--${name} must be a whole number from 1 on`);
  return number;
};
const options = Object.fromEntries(
  ['rounds', 'seconds', 'events', 'backlog', 'pending', 'rows', 'scale'].map((name) => [name, count(name)]),
);
const { growing, svg } = values;

const dir = mkdtempSync(join(tmpdir(), 'sentinel-bench-data-'));
const figures = new Figures();
const against = values.against === undefined ? undefined : new Figures();
const mine = { figures, folder: undefined };
const builds = against === undefined ? [mine] : [mine, { figures: against, folder: resolve(values.against) }];
try {
  const parts = await Promise.all(
    chosen.map(async (name) => ({ name, ...(await import(`./scenarios/${name}.mjs`)) })),
  );
  for (let round = 1; round <= options.rounds; round++)
    for (const { name, everyRound, ownOnly, run } of parts) {
      if (round > 1 && everyRound !== true) continue;
      console.error(everyRound === true ? `${name}, round ${round} of ${options.rounds}` : name);
      // Neither has the better half of a machine that changes.
      for (const build of round % 2 === 1 ? builds : builds.toReversed()) {
        // What an older build does not have cannot be measured there.
        if (ownOnly === true && build !== mine) continue;
        useBuild(build.folder);
        await run({ figures: build.figures, options: { ...options, growing, svg }, dir });
      }
    }
} finally {
  rmSync(dir, { recursive: true, force: true });
}

console.log(
  `\n${cpus().length} cores (${cpus()[0].model}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, load by ${generator}`,
);
console.log(
  `${Object.entries(options)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')}\n`,
);
figures.print();
console.log();
if (against !== undefined) {
  printBeside(figures, against);
  console.log();
}
const targets = printTargets((name) => figures.median(name));
if (values.json !== undefined)
  writeFileSync(values.json, `${JSON.stringify({ options, targets, figures, against }, null, 2)}\n`);
