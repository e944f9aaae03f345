// Load from a process of its own: wrk where it is installed, else autocannon.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { restOfTransaction } from './transaction.mjs';

const hasWrk = spawnSync('wrk', ['--version']).error === undefined;
export const generator = hasWrk ? 'wrk' : 'autocannon';
let runs = 0;

/**
 * POSTs single events for some seconds: { requests, seconds, errors, non2xx, p50_ms, p99_ms }. `rest` is their text after
 * the id; one in `every` has `other` instead.
 */
export function postSingles(
  url,
  { connections, seconds, rest = restOfTransaction, other = rest, every = 1e9 },
) {
  const texts = { rest, other, every };
  const run = (process.pid % 0xffff) * 0x10000 + ++runs;
  return hasWrk
    ? withWrk(url, run, connections, seconds, texts)
    : withAutocannon(url, connections, seconds, texts);
}

/** The same, each signed as GitHub does it; with `ids`, each is a delivery of its own. Always from autocannon. */
export const postSigned = (url, { connections, seconds, secret, ids }) =>
  withAutocannon(url, connections, seconds, { rest: restOfTransaction, every: 1e9, secret, ids });

async function withWrk(url, run, connections, seconds, { rest, other, every }) {
  const dir = mkdtempSync(join(tmpdir(), 'sentinel-load-'));
  const script = join(dir, 'single.lua');
  const lua = readFileSync(new URL('./single.lua', import.meta.url), 'utf8');
  const globals = `RUN = ${run}\nBODY = [[",${rest}]]\nOTHER = [[",${other}]]\nEVERY = ${every}\n`;
  writeFileSync(script, globals + lua);
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

async function withAutocannon(url, connections, seconds, texts) {
  const output = await runToEnd(process.execPath, [
    new URL('./autocannon.mjs', import.meta.url).pathname,
    url,
    String(connections),
    String(seconds),
    JSON.stringify(texts),
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
