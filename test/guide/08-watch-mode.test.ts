import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import {
  type RunningSentinel,
  get,
  ingest,
  post,
  query,
  settled,
  startProcess,
} from '../helpers/sentinel.ts';
import { until } from '../helpers/until.ts';

/**
 * Chapter 8: `sentinel dev`. Files are edited while a source keeps sending; each edit takes effect without a restart,
 * a broken one changes nothing, and no event is lost on the way.
 */
const reading = (version: string, fields: Record<string, object> = {}) =>
  JSON.stringify({
    'x-contract': { name: 'reading', version, table: 'readings', key: '/id' },
    type: 'object',
    properties: { id: { type: 'string' }, celsius: { type: 'number' }, ...fields },
    required: ['id', 'celsius'],
  });

const step = (mark: string) => `
  import { appendFile } from 'node:fs/promises';

  export const config = {
    name: 'note_readings',
    description: 'Notes which readings it has seen.',
    triggers: [{ type: 'queue', topic: 'validated_data' }],
    enqueues: [],
    flows: ['readings'],
  };

  export async function handler({ event }) {
    await appendFile('noted.txt', '${mark} ' + event.id + '\\n');
  }
`;

const settings = { contracts: ['./contracts'], steps: ['./steps'], default_contract: 'reading' };
const contractFile = 'contracts/reading.schema.json';

let sentinel: RunningSentinel;
/** Ids of all events that were answered with 202, by the source that never stops. */
const accepted: string[] = [];
const sending = new AbortController();
let source: Promise<void>;

beforeAll(async () => {
  sentinel = await startProcess({
    command: ['dev'],
    config: settings,
    files: { [contractFile]: reading('1.0.0'), 'steps/note.step.js': step('first') },
  });
  source = keepSending();
});
afterAll(async () => {
  sending.abort();
  await source;
  await sentinel.stop();
});

async function keepSending(): Promise<void> {
  while (!sending.signal.aborted) {
    const id = `steady-${accepted.length}`;
    const response = await post(`${sentinel.url}/ingest/steady`, { id, celsius: 20 });
    expect(response.status).toBe(202);
    accepted.push(id);
    await sleep(20); // a source, and not a load test
  }
}

const save = (path: string, text: string) => writeFile(join(sentinel.dir, path), text);

/** Makes an edit, and waits until the service has reported it; `file`: of this file, not of the one before. */
async function edit(
  change: () => Promise<void>,
  outcome: 'reloaded' | 'reload_failed',
  file = '',
): Promise<void> {
  const field = outcome === 'reloaded' ? 'status' : 'code';
  const count = () =>
    sentinel.log().filter((line) => line[field] === outcome && String(line['path']).endsWith(file)).length;
  const before = count();
  await change();
  await until(() => count() > before);
}

async function send(event: Record<string, unknown>) {
  const id = await ingest(sentinel.url, { id: crypto.randomUUID(), ...event });
  return settled(sentinel.url, id);
}

it('a contract that is edited takes effect, and its new field becomes a column', async () => {
  expect((await send({ celsius: 'warm' })).status).toBe('dead_letter');
  await edit(() => save(contractFile, reading('1.1.0', { room: { type: 'string' } })), 'reloaded');
  expect(await send({ celsius: 21, room: 'hall' })).toMatchObject({ status: 'loaded', version: '1.1.0' });
  expect((await send({ celsius: 21, room: ['a', 'b'] })).status).toBe('dead_letter');
  expect(await query(sentinel.url, 'select room from readings where room is not null')).toEqual([
    { room: 'hall' },
  ]);
});

it('a step that is edited takes effect', async () => {
  const noted = () => readFile(join(sentinel.dir, 'noted.txt'), 'utf8').catch(() => '');
  await until(async () => (await noted()).includes('first steady-0'));
  await edit(() => save('steps/note.step.js', step('second')), 'reloaded');
  await until(async () => (await noted()).includes('second '));
  const last = accepted.at(-1)!;
  await until(async () => (await noted()).includes(`second ${last}\n`));
});

it('so do new files, and the settings', async () => {
  const other = reading('1.0.0').replace('"reading"', '"pressure"').replace('"readings"', '"pressures"');
  await edit(() => save('contracts/pressure.schema.json', other), 'reloaded');
  await edit(
    () =>
      save(
        'sentinel-config.yaml',
        stringify({ ...settings, sources: { barometer: { contract: 'pressure' } } }),
      ),
    'reloaded',
    'sentinel-config.yaml',
  );
  const id = await ingest(sentinel.url, { id: 'p-1', celsius: 1 }, 'barometer');
  expect(await settled(sentinel.url, id)).toMatchObject({ status: 'loaded', contract: 'pressure' });
});

it.each<[string, () => Promise<void>, () => Promise<void>]>([
  [
    'a contract that is no JSON',
    () => save(contractFile, '{'),
    () => save(contractFile, reading('1.1.0', { room: { type: 'string' } })),
  ],
  [
    'a contract whose column has another type in the table',
    () => save(contractFile, reading('1.2.0', { celsius: { type: 'object' } })),
    () => save(contractFile, reading('1.2.0', { room: { type: 'string' } })),
  ],
  [
    'a step with a syntax error',
    () => save('steps/note.step.js', 'export const ='),
    () => save('steps/note.step.js', step('third')),
  ],
  [
    'a step whose route another step has',
    () =>
      save(
        'steps/routes.step.js',
        `export const config = { name: 'clash', description: 'Takes a route of the service.', enqueues: [], flows: [], triggers: [{ type: 'http', method: 'GET', path: '/health' }] };
         export async function handler() { return { status: 200 }; }`,
      ),
    () => rm(join(sentinel.dir, 'steps/routes.step.js')),
  ],
  [
    'a setting that does not exist',
    () => save('sentinel-config.yaml', stringify({ ...settings, nonsense: 1 })),
    () => save('sentinel-config.yaml', stringify(settings)),
  ],
])('%s is reported, the old state goes on, and mending it works', async (_, breakIt, mendIt) => {
  await edit(breakIt, 'reload_failed');
  expect((await send({ celsius: 22 })).status).toBe('loaded');
  expect((await fetch(`${sentinel.url}/ready`)).status).toBe(200);
  await edit(mendIt, 'reloaded');
  expect((await send({ celsius: 23 })).status).toBe('loaded');
});

it('nothing that arrived meanwhile is lost or doubled', async () => {
  await until(() => accepted.length > 100);
  sending.abort();
  await source;
  await until(async () => {
    const { pending, healing } = await get<{ pending: number; healing: number }>(
      `${sentinel.url}/api/v1/stats`,
    );
    return pending === 0 && healing === 0;
  });
  const rows = await query(
    sentinel.url,
    "select id, count(*) as n from readings where id like 'steady-%' group by id",
    200_000,
  );
  expect(rows.filter(({ n }) => Number(n) !== 1)).toEqual([]);
  const loaded = new Set(rows.map(({ id }) => id));
  expect(accepted.filter((id) => !loaded.has(id))).toEqual([]);
});
