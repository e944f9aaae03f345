import { writeFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type RunningSentinel,
  get,
  ingest,
  post,
  query,
  settled,
  startProcess,
  transaction,
  without,
} from '../helpers/sentinel.ts';
import { startHere } from '../helpers/service-here.ts';
import { until } from '../helpers/until.ts';

/**
 * What the original promised, or got wrong, and no other test shows; docs/parity.md has the whole list.
 */
let sentinel: RunningSentinel;
beforeAll(async () => {
  sentinel = await startProcess();
});
afterAll(() => sentinel.stop());

describe('an event without an id', () => {
  it('is an event of its own, however equal another one is', async () => {
    const anonymous = without(transaction({ description: 'twin' }), 'event_id');
    const ids = [await ingest(sentinel.url, anonymous), await ingest(sentinel.url, anonymous)];
    for (const id of ids) expect((await settled(sentinel.url, id)).status).toBe('loaded');
    const rows = await query(
      sentinel.url,
      "select event_id from transaction where description = 'twin' order by event_id",
    );
    expect(rows.map((row) => row['event_id'])).toEqual(ids.toSorted());
  });

  it('keeps the id that it got at ingest through validation, dead letter, restart and replay', async () => {
    const broken = without(transaction({ description: 'anonymous', amount: 'x' }), 'event_id', 'timestamp');
    const id = await ingest(sentinel.url, broken);
    expect((await settled(sentinel.url, id)).status).toBe('dead_letter');
    await sentinel.kill('SIGKILL');
    await sentinel.restart();

    const letter = `${sentinel.url}/api/v1/dead-letters/${id}`;
    expect((await post(`${letter}/replay`, { event: { ...broken, amount: 5 } })).status).toBe(202);
    expect((await settled(sentinel.url, id)).status).toBe('repaired');
    await post(`${letter}/replay`, { event: { ...broken, amount: 6 } });
    const rows = await query(
      sentinel.url,
      `select event_id, amount, timestamp = _received_at as at_ingest from transaction where description = 'anonymous'`,
    );
    expect(rows).toEqual([{ event_id: id, amount: '5', at_ingest: true }]);
  });
});

describe('other machines and other pages', () => {
  it('cannot reach it by default: it listens on loopback only', async () => {
    const outside = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4');
    const { port } = new URL(sentinel.url);
    for (const { address } of outside)
      await expect(fetch(`http://${address}:${port}/health`)).rejects.toThrow();
  });

  it('get no leave from CORS', async () => {
    const origin = 'https://attacker.example';
    const preflight = await fetch(`${sentinel.url}/ingest`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });
    expect(preflight.ok).toBe(false);
    const answers = [
      preflight,
      await post(`${sentinel.url}/ingest`, transaction(), { origin }),
      await fetch(`${sentinel.url}/api/v1/stats`, { headers: { origin } }),
    ];
    for (const { headers } of answers) expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});

it('takes and loads ten thousand events in seconds, not at a hundred a second', async () => {
  const before = (await get<{ loaded: number }>(`${sentinel.url}/api/v1/stats`)).loaded;
  const body = Array.from({ length: 10_000 }, () => JSON.stringify(transaction())).join('\n');
  const response = await post(`${sentinel.url}/ingest`, body, { 'content-type': 'application/x-ndjson' });
  expect(response.status).toBe(202);
  await until(
    async () => (await get<{ loaded: number }>(`${sentinel.url}/api/v1/stats`)).loaded >= before + 10_000,
    30_000,
  );
});

/** Holds what it gets until there is a file `go`. */
const slowStep = `
  import { existsSync } from 'node:fs';
  import { setTimeout as sleep } from 'node:timers/promises';

  export const config = {
    name: 'slow',
    description: 'Waits.',
    triggers: [{ type: 'queue', topic: 'validated_data' }],
    enqueues: [],
    flows: ['waiting'],
  };

  export async function handler(message, { signal }) {
    while (!existsSync('go') && !signal.aborted) await sleep(20);
  }
`;

describe('limits that the config sets', () => {
  let small: RunningSentinel;
  beforeAll(async () => {
    small = await startProcess({
      config: { queue: { max_events: 50 } },
      files: { 'steps/slow.step.js': slowStep },
    });
  });
  afterAll(() => small.stop());

  it('a full queue takes nothing and says when to come back; what it has taken goes its way', async () => {
    type Stats = { accepted: number; loaded: number; pending: number };
    const stats = () => get<Stats>(`${small.url}/api/v1/stats`);
    const sixty = () =>
      post(
        `${small.url}/ingest`,
        Array.from({ length: 60 }, () => transaction()),
      );
    // The first fill the topic of the step, which holds back the validator and so the next; those fill the ingest.
    expect((await sixty()).status).toBe(202);
    // A moment after they are loaded, their place in the queue is free.
    await until(async () => {
      const { loaded, pending } = await stats();
      return loaded === 60 && pending === 0;
    });
    expect((await sixty()).status).toBe(202);

    const refused = await post(`${small.url}/ingest`, transaction());
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(await stats()).toMatchObject({ accepted: 120, loaded: 60 });

    await writeFile(join(small.dir, 'go'), '');
    await until(async () => (await stats()).loaded === 120);
    await until(async () => (await post(`${small.url}/ingest`, transaction())).status === 202);
  });
});

it('an address that sends more often than http.rate_limit is told when to come back', async () => {
  const limited = await startHere({
    config: { http: { rate_limit: { requests_per_second: 0.01, burst: 2 } } },
  });
  const statuses: number[] = [];
  for (let request = 0; request < 3; request++)
    statuses.push((await post(`${limited.url}/ingest`, transaction())).status);
  expect(statuses).toEqual([202, 202, 429]);
  const refused = await post(`${limited.url}/ingest`, transaction());
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(1);
  expect((await fetch(`${limited.url}/health`)).status).toBe(200);
  await limited.stop();
});
