// npm run bench: the product beside bare baselines on the same machine, in one run, rounds interleaved, as ratios.
//   --rounds N (3)   --seconds N (4, of each single-event run)   --events N (200000, of each NDJSON run)   --json FILE
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { generator, postSingles, runToEnd } from './load/single.mjs';
import { driftedText, transactionText } from './load/transaction.mjs';
import { firstMatch, startSentinel } from './sentinel-process.mjs';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '4' },
    events: { type: 'string', default: '200000' },
    json: { type: 'string' },
  },
});
const rounds = Number(options.rounds);
const seconds = Number(options.seconds);
const events = Number(options.events);
const linesPerRequest = 1000;
const dir = mkdtempSync(join(tmpdir(), 'sentinel-bench-data-'));
const figures = new Map();
const record = (name, value) => figures.set(name, [...(figures.get(name) ?? []), value]);

/** Fails the run: a figure for work that was not done is worse than none. */
function check(condition, message) {
  if (!condition) throw new Error(`the bench does not hold: ${message}`);
}

async function bareSingles(connections) {
  const child = spawn(process.execPath, [new URL('./baselines/bare-http.mjs', import.meta.url).pathname], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.setMaxListeners(50);
  process.once('exit', () => child.kill('SIGKILL'));
  const url = await firstMatch(child, /http:\/\/\S+/);
  const result = await postSingles(url, { connections, seconds });
  child.kill();
  check(result.errors + result.non2xx === 0, `bare node:http failed requests at ${connections} connections`);
  record(`bare node:http, ${connections} connections (req/s)`, result.requests / result.seconds);
}

async function sentinelSingles(connections) {
  const sentinel = await startSentinel();
  const start = performance.now();
  const result = await postSingles(`${sentinel.url}/ingest`, { connections, seconds });
  check(
    result.errors + result.non2xx === 0,
    `at ${connections} connections: ${result.non2xx} refused, ${result.errors} failed`,
  );
  // The generator stops counting at the end of its time; what was under way then is accepted too, a little later.
  const accepted = await sentinel.acceptedAtRest();
  check(
    accepted >= result.requests,
    `202 was answered ${result.requests} times, ${accepted} are accounted for`,
  );
  const drained = await sentinel.drained(start, accepted);
  await checkRows(sentinel, accepted);
  record(`loaded from single POSTs, ${connections} connections (events/s)`, accepted / drained.seconds);
  record(`acknowledgement p50, ${connections} connections (ms)`, result.p50_ms);
  record(`acknowledgement p99, ${connections} connections (ms)`, result.p99_ms);
  await sentinel.stop();
}

async function ndjson(name, file, first) {
  const sentinel = await startSentinel();
  // One event ahead, so that the rule is learned before the clock runs.
  await fetch(`${sentinel.url}/ingest/bench`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: first,
  });
  await sentinel.drained(performance.now(), 1);
  const cpuBefore = sentinel.cpuSeconds();
  const start = performance.now();
  const load = JSON.parse(
    await runToEnd(process.execPath, [
      new URL('./load/batches.mjs', import.meta.url).pathname,
      `${sentinel.url}/ingest/bench`,
      file,
      String(linesPerRequest),
      '4',
    ]),
  );
  const { seconds, stats } = await sentinel.drained(start, events + 1);
  check(stats.accepted === events + 1, `${events + 1} were sent, ${stats.accepted} accepted`);
  await checkRows(sentinel, events + 1);
  record(`accepted from NDJSON, ${name} (events/s)`, events / load.seconds);
  record(`loaded from NDJSON, ${name} (events/s)`, events / seconds);
  record(`CPU, ${name} (µs/event)`, ((sentinel.cpuSeconds() - cpuBefore) / events) * 1e6);
  await sentinel.stop();
}

async function checkRows(sentinel, expected) {
  const [[rows, distinct]] = await sentinel.query(
    'select count(*), count(distinct event_id) from "transaction"',
  );
  check(rows === expected && distinct === expected, `${expected} accepted, ${rows} rows, ${distinct} ids`);
}

async function readJson(file) {
  const database = join(dir, `baseline-${Math.round(performance.now())}.duckdb`);
  const script = new URL('./baselines/duckdb-read-json.mjs', import.meta.url).pathname;
  const { seconds } = JSON.parse(await runToEnd(process.execPath, [script, file, database]));
  record('DuckDB read_json (events/s)', events / seconds);
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const figure = (name) => median(figures.get(name));

try {
  const clean = join(dir, 'clean.ndjson');
  const drifted = join(dir, 'drifted.ndjson');
  for (let round = 1; round <= rounds; round++) {
    console.error(`round ${round} of ${rounds}`);
    // New ids in each round: the same ones would be duplicates.
    writeFileSync(clean, Array.from({ length: events }, transactionText).join('\n'));
    writeFileSync(drifted, Array.from({ length: events }, driftedText).join('\n'));
    for (const connections of [64, 256]) {
      await bareSingles(connections);
      await sentinelSingles(connections);
    }
    await readJson(clean);
    await ndjson('clean', clean, transactionText());
    await ndjson('all drifted, one rule', drifted, driftedText());
  }
} finally {
  rmSync(dir, { recursive: true, force: true });
}

const ratios = {
  'single POSTs, 64 connections: loaded ÷ bare node:http':
    figure('loaded from single POSTs, 64 connections (events/s)') /
    figure('bare node:http, 64 connections (req/s)'),
  'single POSTs, 256 connections: loaded ÷ bare node:http':
    figure('loaded from single POSTs, 256 connections (events/s)') /
    figure('bare node:http, 256 connections (req/s)'),
  'NDJSON: loaded ÷ DuckDB read_json':
    figure('loaded from NDJSON, clean (events/s)') / figure('DuckDB read_json (events/s)'),
  'all drifted ÷ all clean':
    figure('loaded from NDJSON, all drifted, one rule (events/s)') /
    figure('loaded from NDJSON, clean (events/s)'),
  'CPU of a drifted event ÷ of a clean one':
    figure('CPU, all drifted, one rule (µs/event)') / figure('CPU, clean (µs/event)'),
};

console.log(
  `\n${cpus().length} cores (${cpus()[0].model}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, load by ${generator}`,
);
console.log(`${rounds} rounds, ${seconds} s of single POSTs each, ${events} NDJSON events each\n`);
for (const [name, values] of figures) {
  const sorted = values.toSorted((a, b) => a - b);
  const text = [sorted[0], median(values), sorted.at(-1)].map((value) => value.toFixed(value < 100 ? 2 : 0));
  console.log(
    `${name.padEnd(62)} min ${text[0].padStart(9)}  median ${text[1].padStart(9)}  max ${text[2].padStart(9)}`,
  );
}
console.log();
for (const [name, ratio] of Object.entries(ratios)) console.log(`${name.padEnd(62)} ${ratio.toFixed(2)}`);
if (options.json !== undefined)
  writeFileSync(
    options.json,
    `${JSON.stringify({ ratios, figures: Object.fromEntries(figures) }, null, 2)}\n`,
  );
