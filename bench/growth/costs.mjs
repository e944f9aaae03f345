// What grows: a service is filled to each size, killed and started again, and measured once it is at rest.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sendCounted } from '../load/send-counted.mjs';
import { restOfTransaction } from '../load/transaction.mjs';
import { startSentinel } from '../sentinel-process.mjs';
import { writeJsonSchemas } from '../scenarios/contracts.mjs';
import { atRest, fill as fillTable } from '../scenarios/large-table.mjs';

/** Each with the largest size of a quick run. */
export const costs = [
  { name: 'dead letters', most: 20_000, measure: growing(sendHopeless) },
  {
    name: 'sources',
    most: 1000,
    measure: growing((sentinel, from, to) => sendFromSources(sentinel, from, to, clean)),
  },
  {
    name: 'rules, each of a source',
    most: 1000,
    measure: growing((sentinel, from, to) => sendFromSources(sentinel, from, to, drifted)),
  },
  { name: 'contracts', most: 100, measure: measureContracts },
  { name: 'keys of rows', most: 2_000_000, measure: measureKeys },
  { name: 'events that wait', most: 500_000, measure: growing(sendPaused) },
];

const idleMs = 11_000;

/** Of a start after a kill: private memory (MB), and the processor time until all is read that a start reads (s). */
async function start(sentinel) {
  await sentinel.crashAndRestart();
  await atRest(sentinel);
  const seconds = sentinel.cpuSeconds();
  // An idle thread gives back what it does not need.
  await sleep(idleMs);
  return { memory: sentinel.memory().anonymous, seconds };
}

/** One service that is filled further and further by `fill(sentinel, from, to)`. */
function growing(fill) {
  return async (sizes) => {
    const sentinel = await startSentinel();
    await sentinel.ready();
    const points = [];
    for (const [at, size] of sizes.entries()) {
      await fill(sentinel, sizes[at - 1] ?? 0, size);
      points.push({ size, ...(await start(sentinel)) });
    }
    await sentinel.stop();
    return points;
  };
}

async function measureContracts(sizes) {
  const points = [];
  for (const size of sizes) {
    const sentinel = await startSentinel({
      config: { contracts: ['./contracts'] },
      prepare(data) {
        const folder = join(data, '../contracts');
        mkdirSync(folder);
        writeJsonSchemas(folder, size);
      },
    });
    await sentinel.ready();
    // Compiled with its first event.
    for (let at = 0; at < size; at++) await post(sentinel, '', [{ type: `thing_${at}` }]);
    await settled(sentinel);
    points.push({ size, ...(await start(sentinel)) });
    await sentinel.stop();
  }
  return points;
}

async function measureKeys(sizes) {
  const points = [];
  for (const size of sizes) {
    const sentinel = await startSentinel({
      prepare: (data) => (size > 0 ? fillTable(data, size) : undefined),
    });
    await sentinel.ready();
    points.push({ size, ...(await start(sentinel)) });
    await sentinel.stop();
  }
  return points;
}

const clean = JSON.parse(`{${restOfTransaction}`);
const { email, ...others } = clean;
const drifted = { ...others, user_email: email };
const perRequest = 1000;
const idOf = (number) => `aaaaaaaa-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;

/** In 300 groups, of 300 to 900 bytes. */
async function sendHopeless(sentinel, from, to) {
  const kinds = [{ amount: 'a lot' }, { currency: 'Euro' }, { user_id: '7' }];
  for (let at = from; at < to; at += perRequest) {
    const events = Array.from({ length: Math.min(perRequest, to - at) }, (_, index) => {
      const number = at + index;
      const group = number % 300;
      return {
        event_id: idOf(number),
        ...clean,
        [`field_${Math.floor(group / 3)}`]: 'x'.repeat(50 + ((number * 37) % 600)),
        order_id: `A-${number}`,
        ...kinds[group % 3],
      };
    });
    await post(sentinel, '', events);
  }
  await settled(sentinel);
}

async function sendFromSources(sentinel, from, to, event) {
  for (let at = from; at < to; at++)
    await post(sentinel, `/source-${at}`, [{ event_id: idOf(at), ...event }]);
  await settled(sentinel);
}

async function sendPaused(sentinel, from, to) {
  await sentinel.setPaused(true);
  if (to > from) await sendCounted(sentinel, 'aaaaaaaa', from, to - from);
}

async function post(sentinel, path, events) {
  const body = events.map((event) => JSON.stringify(event)).join('\n');
  for (;;) {
    const { status } = await fetch(`${sentinel.url}/ingest${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body,
    });
    if (status === 202) return;
    if (status !== 503) throw new Error(`ingest answered ${status}`);
    await sleep(200);
  }
}

async function settled(sentinel) {
  for (let stats = await sentinel.stats(); stats.pending + stats.healing > 0; stats = await sentinel.stats())
    await sleep(200);
}
