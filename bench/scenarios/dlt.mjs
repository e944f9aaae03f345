// dlt (bench/peers/dlt) with the events of the scenario `ndjson`, read from a file: it has no HTTP and no queue, and repairs nothing.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { check } from '../figures.mjs';
import { transactionText } from '../load/transaction.mjs';

export const everyRound = true;
export const ownOnly = true;
const warmUp = 1000;

export async function run({ figures, options, dir }) {
  const python = pythonWithDlt(dir);
  if (python === undefined) return;
  const folder = join(dir, 'dlt');
  mkdirSync(folder);
  const file = (name, count) => {
    const path = join(folder, name);
    writeFileSync(path, Array.from({ length: count }, transactionText).join('\n'));
    return path;
  };
  const script = new URL('../peers/dlt/load.py', import.meta.url).pathname;
  const files = [file('first.ndjson', warmUp), file('rest.ndjson', options.events)];
  const output = execFileSync(python, [script, folder, ...files], {
    env: { ...process.env, RUNTIME__DLTHUB_TELEMETRY: 'false' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { rows, ids, seconds, cpu } = JSON.parse(output.toString().trim().split('\n').at(-1));
  const expected = warmUp + options.events;
  check(rows === expected && ids === expected, `dlt has ${rows} rows of ${expected}`);
  figures.record('dlt, loaded from NDJSON into DuckDB (events/s)', options.events / seconds);
  figures.record('dlt, CPU, from NDJSON (µs/event)', (cpu / options.events) * 1e6);
  rmSync(folder, { recursive: true });
}

/** Installed once a run; undefined, and said, where that is impossible. */
function pythonWithDlt(dir) {
  const python = join(dir, 'dlt-python', 'bin', 'python');
  if (existsSync(python)) return python;
  if (spawnSync('python3', ['--version']).error !== undefined)
    return console.error('peers: Python is not installed, so dlt is left out');
  execFileSync('python3', ['-m', 'venv', join(dir, 'dlt-python')], { stdio: 'inherit' });
  const requirements = new URL('../peers/dlt/requirements.txt', import.meta.url).pathname;
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', '--requirement', requirements], {
    stdio: 'inherit',
  });
  return python;
}
