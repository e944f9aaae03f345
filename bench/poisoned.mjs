// node bench/poisoned.mjs [--rate 2000] [--minutes 1] [--rounds 2] [--destination duckdb] [--against DIR]
// How long good events take to become rows while bad contracts, steps and bodies come (`test:chaos -- --poison`); with another
// folder with a build, both in turns.
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '2000' },
    minutes: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '2' },
    destination: { type: 'string', default: 'duckdb' },
    against: { type: 'string' },
  },
});
const here = new URL('..', import.meta.url).pathname;
const folders = values.against === undefined ? [here] : [here, values.against];
const { rate, minutes, destination } = values;
for (let round = 1; round <= Number(values.rounds); round++)
  for (const folder of folders) {
    const options = Object.entries({ rate, minutes, destination }).flatMap(([name, value]) => [
      `--${name}`,
      value,
    ]);
    process.stdout.write(`round ${round}, ${folder}\n`);
    const child = spawn('npx', ['jiti', 'test/chaos/run.ts', '--poison', ...options], {
      cwd: folder,
      stdio: 'inherit',
    });
    await new Promise((resolve) => child.once('exit', resolve));
  }
