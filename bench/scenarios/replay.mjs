// What a replay of many hopeless dead letters costs clean events: delays until the 202 and until a row, without it and while it runs.
import { setTimeout as sleep } from 'node:timers/promises';
import { check } from '../figures.mjs';
import { runToEnd } from '../load/single.mjs';
import { startSentinel } from '../sentinel-process.mjs';
import { untilQueryable } from './latency.mjs';

const hopeless = 20_000;
const ratePerSecond = 200;
const seconds = 12;
const probes = 100;

export async function run({ figures }) {
  const sentinel = await startSentinel();
  await fill(sentinel);
  await measured(sentinel, 'aaaaaaaa', 0);
  const alone = await measured(sentinel, 'bbbbbbbb', 1000);
  const { job_id: id } = await sentinel.call('/api/v1/dead-letters/replay', {
    filter: { source: 'hopeless' },
  });
  const during = await measured(sentinel, 'dddddddd', 2000);
  const { done, state } = await sentinel.call(`/api/v1/jobs/${id}`);
  check(state === 'running', `the replay was ${state} before the end, after ${done} letters`);
  for (const name of Object.keys(alone)) {
    figures.record(`${name} without a replay, p99 (ms)`, alone[name]);
    figures.record(`${name} while ${hopeless} hopeless letters are replayed, p99 (ms)`, during[name]);
    figures.record(`${name}, times`, during[name] / alone[name]);
  }
  figures.record('letters replayed meanwhile (per second)', done / seconds);
  await sentinel.stop();
}

async function fill(sentinel) {
  const event = (at) =>
    JSON.stringify({
      event_id: `eeeeeeee-0000-4000-8000-${at.toString(16).padStart(12, '0')}`,
      timestamp: '2026-01-15T10:30:00Z',
      amount: 'much',
      currency: 'EUR',
      user_id: '5f0c1d0e-8a3b-4d7e-9c55-1f2e3d4c5b6a',
      email: `person-${at}@example.com`,
    });
  for (let sent = 0; sent < hopeless; sent += 1000) {
    const response = await fetch(`${sentinel.url}/ingest/hopeless`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: Array.from({ length: 1000 }, (_, at) => event(sent + at)).join('\n'),
    });
    check(response.status === 202, `ingest answered ${response.status}`);
  }
  await sentinel.drained(performance.now(), hopeless);
  // The table of letters follows, and is not what is measured.
  const written = async () =>
    Number((await sentinel.query('select count(*) from _sentinel_dead_letters'))[0][0]);
  while ((await written()) < hopeless) await sleep(200);
}

async function measured(sentinel, run, firstProbe) {
  const paced = new URL('../load/paced.mjs', import.meta.url).pathname;
  const args = [paced, `${sentinel.url}/ingest`, run, ratePerSecond, seconds, 32].map(String);
  const load = runToEnd(process.execPath, args).then((output) => JSON.parse(output));
  const delays = [];
  for (let probe = 0; probe < probes; probe++) {
    await sleep(50 + Math.random() * 50);
    delays.push(await untilQueryable(sentinel, firstProbe + probe));
  }
  const { p99_ms: acknowledged } = await load;
  const sorted = delays.toSorted((a, b) => a - b);
  return { acknowledgement: acknowledged, queryable: sorted[Math.floor(probes * 0.99)] };
}
