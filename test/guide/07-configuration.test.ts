import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import {
  type RunningSentinel,
  get,
  ingest,
  query,
  runCommand,
  settled,
  startProcess,
  transaction,
  without,
} from '../helpers/sentinel.ts';

/** Chapter 7: `sentinel-config.yaml`, contracts of one's own, and what becomes of tables when contracts grow. */
describe('a mistake in the configuration', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sentinel-config-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each<[string, object, Record<string, string>, RegExp]>([
    ['an unknown key', { htpp: {} }, {}, /sentinel-config\.yaml:1: htpp: .*did you mean http\?/],
    ['a TTL of -5', {}, { REPAIR_RULE_TTL_DAYS: '-5' }, /REPAIR_RULE_TTL_DAYS.*found -5/],
    [
      'a port that does not exist',
      { http: { port: 99_999 } },
      { SENTINEL_API_PORT: '' },
      /http\.port: found 99999/,
    ],
    [
      'a reachable host without a token',
      {},
      { SENTINEL_HOST: '0.0.0.0' },
      /http\.host: .*SENTINEL_API_TOKEN/,
    ],
    ['a contract folder that is not there', { contracts: ['./nowhere'] }, {}, /contracts: .*nowhere/],
    ['a secret in the file', { openai_api_key: 'hush' }, {}, /openai_api_key: .*OPENAI_API_KEY/],
  ])('%s stops the start and is named', async (_, config, env, message) => {
    await writeFile(join(folder, 'sentinel-config.yaml'), stringify(config));
    const run = await runCommand(folder, ['start'], env);
    expect(run.code).toBe(1);
    expect(run.err).toMatch(message);
    expect(run.err).not.toContain('hush');
    expect(run.err).not.toMatch(/^\s+at /m);
  });

  it('a contract with a fault stops a strict start and names the file', async () => {
    await writeFile(join(folder, 'sentinel-config.yaml'), 'contracts: [.]\ncontracts_strict: true\n');
    const file = join(folder, 'parcel.schema.json');
    await writeFile(file, JSON.stringify({ 'x-contract': { name: 'parcel', version: 'one' } }));
    const run = await runCommand(folder, ['start']);
    expect(run.code).toBe(1);
    expect(run.err).toContain('parcel.schema.json');
    expect(run.err).toMatch(/version/);
    await rm(file);
  });
});

/** A contract as a JSON Schema file. */
const parcel = (version: string, fields: Record<string, object> = {}) =>
  JSON.stringify({
    'x-contract': { name: 'parcel', version, key: '/parcel_id', table: 'parcels' },
    type: 'object',
    properties: {
      parcel_id: { type: 'string' },
      weight: { type: 'number' },
      status: { enum: ['sent', 'arrived'] },
      ...fields,
    },
    required: ['parcel_id', 'weight'],
  });
const aParcel = (change: Record<string, unknown> = {}) => ({
  parcel_id: crypto.randomUUID(),
  weight: 1.5,
  status: 'sent',
  ...change,
});

describe('contracts of a project', () => {
  let sentinel: RunningSentinel;
  beforeAll(async () => {
    sentinel = await startProcess({
      config: {
        contracts: ['./contracts'],
        default_contract: 'parcel',
        unknown_version: 'latest',
        sources: { depot: { contract: 'parcel' }, bank: { contract: 'transaction', version: '1.0.0' } },
        healing_agent: { target_fields: ['weight'] },
      },
      files: { 'contracts/parcel.schema.json': parcel('1.0.0') },
    });
  });
  afterAll(() => sentinel.stop());
  const send = async (event: unknown, source?: string) =>
    settled(sentinel.url, await ingest(sentinel.url, event, source));

  it('are JSON Schema files: the table, its key and its columns come from them', async () => {
    const event = aParcel();
    expect(await send(event)).toMatchObject({ status: 'loaded', contract: 'parcel', version: '1.0.0' });
    expect((await send(event)).status).toBe('duplicate');
    expect(await query(sentinel.url, 'select parcel_id, weight, status from parcels')).toEqual([event]);
    const broken = await send(aParcel({ status: 'lost' }));
    expect(broken).toMatchObject({ status: 'dead_letter', violations: [{ path: '/status' }] });
    const { items } = await get<{ items: { name: string; table: string }[] }>(
      `${sentinel.url}/api/v1/contracts`,
    );
    expect(items).toContainEqual(expect.objectContaining({ name: 'parcel', table: 'parcels' }));
  });

  it("an event's contract is its source's, else the one its type names, else the default", async () => {
    expect(await send(transaction(), 'bank')).toMatchObject({ status: 'loaded', contract: 'transaction' });
    expect(await send(aParcel({ type: 'transaction' }), 'depot')).toMatchObject({ contract: 'parcel' });
    expect(await send(transaction({ type: 'transaction' }))).toMatchObject({ contract: 'transaction' });
    expect(await send(aParcel({ type: 'something else' }))).toMatchObject({ contract: 'parcel' });
    expect(await send(aParcel(), 'constructor')).toMatchObject({ status: 'loaded', contract: 'parcel' });
  });

  it('unknown_version: latest takes the newest contract for a version that nobody knows', async () => {
    const known = await send(aParcel({ version: '1.9.9' }));
    expect(known).toMatchObject({ status: 'loaded', version: '1.0.0' });
    const unknown = await send(aParcel({ version: '8.0.0' }));
    expect(unknown).toMatchObject({ status: 'loaded', version: '1.0.0' });
    const none = await send(aParcel({ version: ['8'] }));
    expect(none.status).toBe('dead_letter');
  });

  it('target_fields: a repair may write weight, and no other field', async () => {
    const allowed = await send({ ...without(aParcel(), 'weight'), Weight: 2 });
    expect(allowed).toMatchObject({
      status: 'repaired',
      plan: { operations: [{ op: 'move', from: '/Weight', to: '/weight' }] },
    });
    const forbidden = await send({ ...without(aParcel(), 'parcel_id'), parcelId: 'p-1' });
    expect(forbidden).toMatchObject({ status: 'dead_letter', violations: [{ path: '/parcel_id' }] });
  });

  it('a newer version adds a column; old rows have NULL there, and senders of both versions load', async () => {
    const [before] = await query(sentinel.url, 'select count(*) as n from parcels');
    // As when the terminal is closed: it ends in good order, and says so.
    expect(await sentinel.kill('SIGHUP')).toBe(0);
    expect(sentinel.log()).toContainEqual(expect.objectContaining({ status: 'stopping', signal: 'SIGHUP' }));
    await writeFile(
      join(sentinel.dir, 'contracts/parcel-1.1.schema.json'),
      parcel('1.1.0', { carrier: { type: 'string' } }),
    );
    await sentinel.restart();

    const fresh = aParcel({ version: '1.1.0', carrier: 'bike' });
    expect(await send(fresh)).toMatchObject({ status: 'loaded', version: '1.1.0' });
    expect(await send(aParcel({ version: '1.0.0' }))).toMatchObject({ status: 'loaded', version: '1.0.0' });
    const rows = await query(
      sentinel.url,
      'select carrier, _contract_version as version, count(*) as n from parcels group by all order by n',
    );
    expect(rows).toEqual([
      { carrier: 'bike', version: '1.1.0', n: expect.anything() as unknown },
      { carrier: null, version: '1.0.0', n: expect.anything() as unknown },
    ]);
    expect(Number(rows[1]!['n'])).toBe(Number(before!['n']) + 1);
  });

  it('a newer version that changes the type of a column does not stop the older one; its events wait', async () => {
    await sentinel.kill('SIGTERM');
    const file = join(sentinel.dir, 'contracts/parcel-2.schema.json');
    await writeFile(file, parcel('2.0.0', { weight: { type: 'object' } }));
    const listed = await runCommand(sentinel.dir, ['contracts', 'list']);
    expect([listed.code, listed.err]).toEqual([1, expect.stringMatching(/parcel-2\.schema\.json.*weight/)]);
    await sentinel.restart();
    expect((await send(aParcel())).status).toBe('loaded');
    expect(await send(aParcel({ version: '2.0.0' }))).toMatchObject({
      status: 'dead_letter',
      violations: [{ code: 'unknown_contract', message: expect.stringContaining("can't be read") as string }],
    });
    await rm(file);
  });
});
