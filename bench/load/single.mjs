// Load from a process of its own: wrk where it is installed, else autocannon.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { restOfTransaction } from './transaction.mjs';

const hasWrk = spawnSync('wrk', ['--version']).error === undefined;
export const generator = hasWrk ? 'wrk' : 'autocannon';
let runs = 0;

/** POSTs single events for some seconds: { requests, seconds, errors, non2xx, p50_ms, p99_ms }. */
export function postSingles(url, { connections, seconds }) {
  const run = (process.pid % 0xffff) * 0x10000 + ++runs;
  return hasWrk ? withWrk(url, run, connections, seconds) : withAutocannon(url, connections, seconds);
}

async function withWrk(url, run, connections, seconds) {
  const dir = mkdtempSync(join(tmpdir(), 'sentinel-load-'));
  const script = join(dir, 'single.lua');
  const lua = readFileSync(new URL('./single.lua', import.meta.url), 'utf8');
  writeFileSync(script, `RUN = ${run}\nBODY = [[",${restOfTransaction}]]\n${lua}`);
  try {
    const output = await runToEnd('wrk', [
      '-t1',
      `-c${connections}`,
      `-d${seconds}s`,
      '--latency',
      '-s',
      script,
      url,
    ]);
    return JSON.parse(/RESULT (.*)/.exec(output)[1]);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

async function withAutocannon(url, connections, seconds) {
  const output = await runToEnd(process.execPath, [
    new URL('./autocannon.mjs', import.meta.url).pathname,
    url,
    String(connections),
    String(seconds),
  ]);
  return JSON.parse(output);
}

export function runToEnd(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], ...options });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(output) : reject(new Error(`${command} ended with ${code}`)),
    );
  });
}
