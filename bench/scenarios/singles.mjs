// Single-event POSTs beside bare node:http at the same connections.
import { spawn } from 'node:child_process';
import { check } from '../figures.mjs';
import { postSingles } from '../load/single.mjs';
import { firstMatch, startSentinel } from '../sentinel-process.mjs';

export const everyRound = true;

export async function run({ figures, options }) {
  for (const connections of [64, 256]) {
    await bare(figures, connections, options.seconds);
    await sentinel(figures, connections, options.seconds);
  }
}

async function bare(figures, connections, seconds) {
  const script = new URL('../baselines/bare-http.mjs', import.meta.url).pathname;
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const url = await firstMatch(child, /http:\/\/\S+/);
    await postSingles(url, { connections, seconds: 1 });
    const result = await postSingles(url, { connections, seconds });
    check(
      result.errors + result.non2xx === 0,
      `bare node:http failed requests at ${connections} connections`,
    );
    figures.record(`bare node:http, ${connections} connections (req/s)`, result.requests / result.seconds);
  } finally {
    child.kill();
  }
}

async function sentinel(figures, connections, seconds) {
  const sentinel = await startSentinel();
  // Ahead of the clock: the table is there, and the code is compiled.
  await postSingles(`${sentinel.url}/ingest`, { connections, seconds: 2 });
  const before = await sentinel.acceptedAtRest();
  await sentinel.drained(performance.now(), before);
  const cpuBefore = sentinel.cpuSeconds();
  const start = performance.now();
  const result = await postSingles(`${sentinel.url}/ingest`, { connections, seconds });
  check(
    result.errors + result.non2xx === 0,
    `at ${connections} connections: ${result.non2xx} refused, ${result.errors} failed`,
  );
  // The generator stops counting at the end of its time; what was under way then is accepted too, a little later.
  const accepted = (await sentinel.acceptedAtRest()) - before;
  check(
    accepted >= result.requests,
    `202 was answered ${result.requests} times, ${accepted} are accounted for`,
  );
  const drained = await sentinel.drained(start, before + accepted);
  await checkRows(sentinel, before + accepted);
  figures.record(
    `loaded from single POSTs, ${connections} connections (events/s)`,
    accepted / drained.seconds,
  );
  figures.record(`acknowledgement p50, ${connections} connections (ms)`, result.p50_ms);
  figures.record(`acknowledgement p99, ${connections} connections (ms)`, result.p99_ms);
  figures.record(
    `CPU, single POSTs, ${connections} connections (µs/event)`,
    ((sentinel.cpuSeconds() - cpuBefore) / accepted) * 1e6,
  );
  await sentinel.stop();
}

export async function checkRows(sentinel, expected) {
  const [[rows, distinct]] = await sentinel.query(
    'select count(*), count(distinct event_id) from "transaction"',
  );
  check(rows === expected && distinct === expected, `${expected} expected, ${rows} rows, ${distinct} ids`);
}
