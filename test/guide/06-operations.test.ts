import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type RunningSentinel,
  type StatsSum,
  countedStats,
  get,
  ingest,
  post,
  query,
  runCommand,
  settled,
  startProcess,
  transaction,
  without,
} from '../helpers/sentinel.ts';
import { until } from '../helpers/until.ts';

/** Chapter 6: what one looks at and does who runs the service. */
let sentinel: RunningSentinel;
beforeAll(async () => {
  sentinel = await startProcess();
});
afterAll(() => sentinel.stop());

const text = async (path: string) => (await fetch(`${sentinel.url}${path}`)).text();

/** Samples of the Prometheus text format: name and labels → value. Throws on a line that is none. */
async function metrics(): Promise<Map<string, number>> {
  const samples = new Map<string, number>();
  for (const line of (await text('/metrics')).split('\n')) {
    if (line === '' || /^# (HELP|TYPE) [a-z0-9_]+ ./.test(line)) continue;
    const sample = /^([a-z0-9_]+(?:\{(?:[a-zA-Z_]+="(?:[^"\\\n]|\\.)*",?)*\})?) (\S+)$/.exec(line);
    if (sample === null) throw new Error(`not Prometheus text: ${line}`);
    expect(samples.has(sample[1]!), `${sample[1]!} stands twice`).toBe(false);
    samples.set(sample[1]!, Number(sample[2]));
  }
  return samples;
}

const quietStats = () => countedStats(sentinel.url);

describe('what monitoring asks', () => {
  it('/health: the process lives; /ready: it takes events and loads them', async () => {
    expect(await get(`${sentinel.url}/health`)).toEqual({ status: 'ok' });
    expect(await get(`${sentinel.url}/ready`)).toEqual({ status: 'ready' });
  });

  it('/metrics counts what comes in and what becomes of it', async () => {
    const before = await metrics();
    const id = await ingest(sentinel.url, transaction(), 'metered');
    await settled(sentinel.url, id);
    await settled(sentinel.url, await ingest(sentinel.url, transaction({ amount: 'x' }), 'metered'));
    await post(`${sentinel.url}/ingest`, 'no JSON');
    // A moment after an event is a row it is out of the queue, too.
    await quietStats();

    const after = await metrics();
    const grown = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
    expect(grown('sentinel_ingest_events_total')).toBe(2);
    expect(grown('sentinel_ingest_requests_total{status="202"}')).toBe(2);
    expect(grown('sentinel_ingest_requests_total{status="400"}')).toBe(1);
    expect(grown('sentinel_events_total{source="metered",contract="transaction",status="loaded"}')).toBe(1);
    expect(grown('sentinel_events_total{source="metered",contract="transaction",status="dead_letter"}')).toBe(
      1,
    );
    expect(grown('sentinel_event_delay_seconds_count')).toBe(1);
    expect(grown('sentinel_dead_letters_open')).toBe(1);
    expect(after.get('sentinel_queue_pending_events{topic="raw_event",group="pipeline"}')).toBe(0);
  });

  it('/metrics stays small however many sources there are', async () => {
    const events = Array.from({ length: 700 }, (_, index) => transaction({ source: `tenant-${index}` }));
    const response = await post(`${sentinel.url}/ingest`, events);
    const { request_ids: ids } = (await response.json()) as { request_ids: string[] };
    await settled(sentinel.url, ids.at(-1)!);
    await quietStats();
    const sources = [...(await metrics()).keys()].filter((name) => name.startsWith('sentinel_events_total'));
    expect(sources.length).toBeLessThan(600);
    expect(sources.some((name) => name.includes('source="other"'))).toBe(true);
  });
});

describe('the log', () => {
  it('is JSON lines, and a failure says which event of which source broke which contract, and how', async () => {
    const id = await ingest(sentinel.url, transaction({ currency: 'EURO' }), 'unstable-shop');
    await settled(sentinel.url, id);
    await until(() => sentinel.log().some((line) => line['request_id'] === id));
    const lines = sentinel.log().filter((line) => line['request_id'] === id);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines)
      expect(line).toMatchObject({
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
        level: expect.stringMatching(/^(info|warn)$/) as string,
        msg: expect.any(String) as string,
        status: 'failed',
        source: 'unstable-shop',
        contract: 'transaction',
        code: expect.any(String) as string,
      });
  });
});

describe('the statistics', () => {
  it('add up: an accepted event is in exactly one place', async () => {
    const before = await quietStats();
    const twice = transaction();
    const ids: string[] = [];
    for (const event of [
      transaction(),
      twice,
      twice,
      without(transaction({ user_email: 'ada@example.com' }), 'email'),
      transaction({ amount: 'x' }),
      transaction({ amount: 'y' }),
      transaction({ version: '7.0.0' }),
    ])
      ids.push(await ingest(sentinel.url, event));
    for (const id of ids) await settled(sentinel.url, id);
    const discard = await post(`${sentinel.url}/api/v1/dead-letters/${ids[4]!}/discard`, {
      reason: 'a test',
    });
    expect(discard.ok).toBe(true);

    await until(async () => {
      const after = await quietStats();
      const { accepted, loaded, repaired, duplicate, dead_letters: dead, discarded } = after;
      const grown = (key: keyof StatsSum) => after[key] - before[key];
      return (
        accepted === loaded + repaired + duplicate + dead + discarded &&
        grown('accepted') === 7 &&
        grown('loaded') === 2 &&
        grown('repaired') === 1 &&
        grown('duplicate') === 1 &&
        grown('dead_letters') === 2 &&
        grown('discarded') === 1
      );
    });
  });
});

describe('SQL from the command line', () => {
  it('works while the service runs', async () => {
    await settled(sentinel.url, await ingest(sentinel.url, transaction({ description: 'asked for' })));
    const run = await runCommand(
      sentinel.dir,
      ['query', '--csv', "select count(*) as n from transaction where description = 'asked for'"],
      { SENTINEL_API_PORT: new URL(sentinel.url).port },
    );
    expect(run).toEqual({ code: 0, out: 'n\n1\n', err: '' });
  });
});

describe('one data folder', () => {
  it('belongs to one service: a second says who has it, and ends', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'sentinel-second-'));
    const run = await runCommand(elsewhere, ['start'], { SENTINEL_DATA_DIR: join(sentinel.dir, 'data') });
    await rm(elsewhere, { recursive: true });
    expect(run.code).toBe(1);
    expect(run.err).toMatch(/in use by the process with pid \d+/);
    expect(run.err.trim().split('\n')).toHaveLength(1);
    expect((await fetch(`${sentinel.url}/ready`)).status).toBe(200);
  });
});

describe('sentinel simulate', () => {
  let project: string;
  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), 'sentinel-simulate-'));
  });
  afterAll(() => rm(project, { recursive: true }));

  it('breaches a contract, sees that it is caught, and ends with 0', async () => {
    const run = await runCommand(project, ['simulate']);
    expect(run.out).toMatch(/ok +a good event: loaded/);
    expect(run.out).toMatch(/ok +a drifted event.*: repaired/);
    expect(run.out).toMatch(/ok +a breach.*: dead_letter\n +\/amount /);
    expect(run).toMatchObject({ code: 0, err: '' });
  });

  it("ends with 1 when the project's contract refuses the good event, or takes the bad one", async () => {
    const contract = {
      'x-contract': { name: 'transaction', version: '1.0.0' },
      type: 'object',
      properties: { amount: { type: 'string' }, iban: { type: 'string' } },
      required: ['amount', 'iban'],
    };
    await mkdir(join(project, 'contracts'));
    await writeFile(join(project, 'sentinel-config.yaml'), 'contracts: [./contracts]\n');
    const file = join(project, 'contracts/transaction.schema.json');

    await writeFile(file, JSON.stringify(contract));
    const strict = await runCommand(project, ['simulate']);
    expect(strict.out).toMatch(/FAIL +a good event: dead_letter, expected loaded/);
    expect(strict.code).toBe(1);

    await writeFile(file, JSON.stringify({ ...contract, required: [] }));
    const lax = await runCommand(project, ['simulate']);
    expect(lax.out).toMatch(/ok +a good event: loaded/);
    expect(lax.out).toMatch(/FAIL +a breach.*: loaded, expected dead_letter/);
    expect(lax.code).toBe(1);
  });
});

describe('SIGTERM', () => {
  it('answers what is under way, hangs up on the rest, ends with 0, and loses nothing', async () => {
    await settled(
      sentinel.url,
      await ingest(sentinel.url, transaction({ description: 'asked when stopped' })),
    );
    // A browser with the console open, a client that keeps its connection, one that never ends its body, and
    // one in the midst of it.
    const stream = await fetch(`${sentinel.url}/api/v1/stream`);
    const reader = stream.body!.getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toContain('event: stats');
    const streamEnded = (async () => {
      while (!(await reader.read()).done);
    })();
    const agent = new Agent({ keepAlive: true });
    await new Promise<void>((resolve, reject) => {
      const once = request(`${sentinel.url}/health`, { agent }, (response) => {
        response.resume();
        response.once('end', resolve);
      });
      once.once('error', reject);
      once.end();
    });
    const stalled = connect(Number(new URL(sentinel.url).port), '127.0.0.1');
    stalled.on('error', () => stalled.destroy());
    stalled.write('POST /ingest HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{');
    const body = JSON.stringify(transaction({ description: 'slow sender' }));
    const slow = request(`${sentinel.url}/ingest`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    });
    const slowAnswer = new Promise<IncomingMessage>((resolve, reject) => {
      slow.once('response', resolve);
      slow.once('error', reject);
    });
    await new Promise<void>((resolve) => slow.write(body.slice(0, 20), () => resolve()));

    const accepted: string[] = [];
    let refused = false;
    const lane = async () => {
      while (!refused) {
        try {
          const response = await post(`${sentinel.url}/ingest`, [transaction(), transaction()]);
          if (response.status === 202)
            accepted.push(...((await response.json()) as { request_ids: string[] }).request_ids);
        } catch {
          refused = true; // the port is closed
        }
      }
    };
    const lanes = [lane(), lane(), lane(), lane()];
    await until(() => accepted.length > 100);

    const asked = Date.now();
    const ended = sentinel.kill('SIGTERM');
    await Promise.all(lanes);
    slow.end(body.slice(20));
    const answer = await slowAnswer;
    expect(answer.statusCode).toBe(202);
    answer.resume();
    expect(await ended).toBe(0);
    await streamEnded;
    expect(Date.now() - asked).toBeLessThan(20_000);
    agent.destroy();
    stalled.destroy();
    const last = sentinel.log().at(-1);
    expect(last).toMatchObject({ status: 'stopped' });

    // Questions are answered also when nothing runs.
    const offline = await runCommand(sentinel.dir, [
      'query',
      '--csv',
      "select count(*) as n from transaction where description = 'asked when stopped'",
    ]);
    expect(offline).toEqual({ code: 0, out: 'n\n1\n', err: '' });

    await sentinel.restart();
    await quietStats();
    const rows = await query(
      sentinel.url,
      'select cast(_request_id as varchar) as id, description from transaction',
      100_000,
    );
    const ids = new Set(rows.map((row) => row['id']));
    expect(accepted.filter((id) => !ids.has(id))).toEqual([]);
    expect(rows.filter((row) => row['description'] === 'slow sender')).toHaveLength(1);
  });
});

describe('a paused consumer', () => {
  const pipeline = () => `${sentinel.url}/api/v1/consumers/raw_event/pipeline`;
  const waiting = async () => {
    const { items } = await get<{ items: { topic: string; group: string; pending: number }[] }>(
      `${sentinel.url}/api/v1/consumers`,
    );
    return items.find(({ topic, group }) => topic === 'raw_event' && group === 'pipeline');
  };

  it('lets events wait, over a restart too, and goes on where it was when it is resumed', async () => {
    await quietStats();
    expect(await (await post(`${pipeline()}/pause`, {})).json()).toMatchObject({
      paused_since: expect.stringMatching(/^\d{4}-/) as string,
    });
    // The pipeline's thread hears of it a moment later; from then on nothing is taken.
    const ids: string[] = [];
    await until(async () => {
      ids.push(await ingest(sentinel.url, transaction()));
      return ((await waiting())?.pending ?? 0) > 0;
    });
    await sentinel.kill('SIGTERM');
    await sentinel.restart();
    const last = await ingest(sentinel.url, transaction());
    expect(await waiting()).toMatchObject({ paused_since: expect.any(String) as string });
    expect(await get(`${sentinel.url}/api/v1/events/${last}`)).toMatchObject({ status: 'accepted' });

    await post(`${pipeline()}/resume`, {});
    for (const id of [...ids, last])
      expect(await settled(sentinel.url, id)).toMatchObject({ status: 'loaded' });
    expect(await waiting()).not.toHaveProperty('paused_since');
  });

  it('must exist', async () => {
    const response = await post(`${sentinel.url}/api/v1/consumers/raw_event/nobody/pause`, {});
    expect(response.status).toBe(404);
  });
});
