// Delays at half the maximal rate: until the 202, and until a SQL query finds the row.
import { setTimeout as sleep } from 'node:timers/promises';
import { check } from '../figures.mjs';
import { postSingles, runToEnd } from '../load/single.mjs';
import { restOfTransaction } from '../load/transaction.mjs';
import { startSentinel } from '../sentinel-process.mjs';
import { checkRows } from './singles.mjs';

const connections = 64;
const warmUpSeconds = 2;
const pacedSeconds = 12;
const probes = 100;

export async function run({ figures, options }) {
  const rate = Math.round(((await maximalRate(options.seconds)) ?? 0) / 2);
  const sentinel = await startSentinel();
  const paced = (seconds, run) =>
    runToEnd(process.execPath, [
      new URL('../load/paced.mjs', import.meta.url).pathname,
      `${sentinel.url}/ingest`,
      run,
      String(rate),
      String(seconds),
      String(connections),
    ]).then((output) => JSON.parse(output));
  const first = await paced(warmUpSeconds, 'aaaaaaaa');
  const load = paced(pacedSeconds, 'bbbbbbbb');
  const delays = [];
  for (let probe = 0; probe < probes; probe++) {
    await sleep(50 + Math.random() * 50);
    delays.push(await untilQueryable(sentinel, probe));
  }
  const { sent, refused, p50_ms, p99_ms } = await load;
  check(refused === 0, `${refused} of ${sent} were refused`);
  await sentinel.drained(performance.now(), first.sent + sent + probes);
  await checkRows(sentinel, first.sent + sent + probes);
  const sorted = delays.toSorted((a, b) => a - b);
  figures.record('half the maximal rate (events/s)', rate);
  figures.record('acknowledgement, p50 (ms)', p50_ms);
  figures.record('acknowledgement, p99 (ms)', p99_ms);
  figures.record('queryable, p50 (ms)', sorted[Math.floor(probes * 0.5)]);
  figures.record('queryable, p99 (ms)', sorted[Math.floor(probes * 0.99)]);
  await sentinel.stop();
}

async function maximalRate(seconds) {
  const sentinel = await startSentinel();
  const start = performance.now();
  await postSingles(`${sentinel.url}/ingest`, { connections, seconds });
  const accepted = await sentinel.acceptedAtRest();
  const drained = await sentinel.drained(start, accepted);
  await sentinel.stop();
  return accepted / drained.seconds;
}

/** Milliseconds from the 202 of one event until a query finds it; looked for every 5 ms. */
export async function untilQueryable(sentinel, probe) {
  const id = `cccccccc-0000-4000-8000-${probe.toString(16).padStart(12, '0')}`;
  const response = await fetch(`${sentinel.url}/ingest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: `{"event_id":"${id}",${restOfTransaction}`,
  });
  const { request_id: requestId } = await response.json();
  const accepted = performance.now();
  for (;;) {
    const rows = await sentinel.query(`select 1 from "transaction" where _request_id = '${requestId}'`);
    if (rows.length > 0) return performance.now() - accepted;
    await sleep(5);
  }
}
