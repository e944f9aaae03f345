import type { JsonObject } from '../../../src/model/json.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Row } from '../../../src/load/destination.ts';
import { type BigQueryOptions, openBigQuery } from '../../../src/load/destinations/bigquery/index.ts';
import { row, settleRows } from '../../conformance/destination.ts';
import { type BigQueryServer, startBigQueryServer } from '../../helpers/bigquery-server.ts';
import { plain, plainRowOf } from '../postgres/support.ts';

let server: BigQueryServer;
let datasets = 0;
beforeAll(async () => {
  server = await startBigQueryServer();
});
afterAll(() => server.close());

const plainRow = (values: Row['values'], change: Partial<Row> = {}) =>
  row(values, { ...plainRowOf, ...change });
const optionsOf = (dataset: string, change: Partial<BigQueryOptions> = {}): BigQueryOptions => ({
  dataset,
  project: 'test',
  apiEndpoint: server.url,
  credentialsFile: server.credentials,
  loadIntervalSeconds: 1,
  retryMs: 5,
  ...change,
});

async function prepared(change: Partial<BigQueryOptions> = {}) {
  const dataset = `faults_${datasets++}`;
  const destination = await openBigQuery(optionsOf(dataset, change));
  await destination.prepare([plain]);
  const count = async () => {
    const reader = await server.store.main.runAndReadAll(
      `SELECT count(*)::INTEGER, count(DISTINCT event_id)::INTEGER FROM "${dataset}".plain`,
    );
    return reader.getRows()[0];
  };
  return { destination, dataset, count };
}

describe('BigQuery in trouble', () => {
  it.each([
    ['query', { status: 403, reason: 'rateLimitExceeded' }],
    ['query', { reason: 'jobBackendError' }],
    ['query', { status: 503, reason: 'backendError' }],
    ['query', 'lost'],
    ['load', { status: 403, reason: 'rateLimitExceeded' }],
    ['load', { reason: 'jobInternalError' }],
    ['load', 'lost'],
    ['table', { status: 500, reason: 'internalError' }],
    ['table', 'lost'],
  ] as const)('is asked again after what passes: %s, %j', async (kind, how) => {
    const { destination, count } = await prepared();
    server.fail(kind, how, 2);
    expect(await settleRows(destination, [plainRow({ event_id: 'a' }), plainRow({ event_id: 'b' })])).toEqual(
      [{ status: 'loaded' }, { status: 'loaded' }],
    );
    expect(await count()).toEqual([2, 2]);
    expect(await destination.counts()).toMatchObject({ loaded: 2, repaired: 0, duplicate: 0 });
  });

  it('loads once when the answer to the commit is lost', async () => {
    const { destination, count } = await prepared();
    const batch = [plainRow({ event_id: 'a' }), plainRow({ event_id: 'a' }), plainRow({ event_id: 'b' })];
    server.fail('query', 'lost', 1, /COMMIT TRANSACTION/);
    const outcomes = await settleRows(destination, batch);
    expect(outcomes.map(({ status }) => status)).toEqual(['loaded', 'duplicate', 'loaded']);
    expect(await count()).toEqual([2, 2]);
    expect(await destination.counts()).toMatchObject({ loaded: 2, repaired: 0, duplicate: 1 });
  });

  it('waits with the whole batch while a quota is used up', async () => {
    const { destination, count } = await prepared();
    const batch = [plainRow({ event_id: 'a' })];
    server.fail('load', { status: 403, reason: 'quotaExceeded' });
    await expect(settleRows(destination, batch)).rejects.toMatchObject({
      code: 'destination_unavailable',
      retryable: true,
      message: /quotaExceeded/,
    });
    expect(await settleRows(destination, batch)).toEqual([{ status: 'loaded' }]);
    expect(await count()).toEqual([1, 1]);
  });

  it('takes each event once from several workers at the same time', async () => {
    const { destination, dataset, count } = await prepared();
    const workers = [
      destination,
      await openBigQuery(optionsOf(dataset)),
      await openBigQuery(optionsOf(dataset)),
    ];
    await Promise.all(workers.map((worker) => worker.prepare([plain])));
    const events = Array.from({ length: 60 }, (_, i) => plainRow({ event_id: `key-${i % 30}` }));
    const outcomes = new Map<string, Set<string>>();
    await Promise.all(
      workers.map(async (worker, w) => {
        for (const part of [0, 1, 2]) {
          const batch = events.filter((_, i) => i % 3 === (part + w) % 3);
          for (const [i, { status }] of (await settleRows(worker, batch)).entries())
            outcomes.set(batch[i]!.requestId, (outcomes.get(batch[i]!.requestId) ?? new Set()).add(status));
        }
      }),
    );
    expect([...outcomes.values()].every((statuses) => statuses.size === 1)).toBe(true);
    expect(await count()).toEqual([30, 30]);
    expect(await destination.counts()).toMatchObject({ loaded: 30, repaired: 0, duplicate: 30 });
    expect(server.scripts.filter((sql) => sql.includes('COMMIT')).length).toBeGreaterThan(3);
  });

  it('has lost a table: the next load makes it again', async () => {
    const { destination, dataset } = await prepared();
    await server.store.remove(dataset, 'plain');
    const batch = [plainRow({ event_id: 'a' })];
    await expect(settleRows(destination, batch)).rejects.toMatchObject({ retryable: true });
    expect(await settleRows(destination, batch)).toEqual([{ status: 'loaded' }]);
  });

  it('says what is wrong when it can’t be opened, and whether waiting helps', async () => {
    await expect(openBigQuery(optionsOf('x', { credentialsFile: '/nowhere.json' }))).rejects.toMatchObject({
      message: /nowhere\.json/,
    });
    await expect(
      openBigQuery(optionsOf('x', { apiEndpoint: 'http://127.0.0.1:1', retryMs: 1 })),
    ).rejects.toMatchObject({ code: 'destination_unavailable', retryable: true });
    await expect(openBigQuery(optionsOf('x', { project: 'other' }))).rejects.toMatchObject({
      code: 'destination_unavailable',
      retryable: false,
    });
  });
});

describe('tables in BigQuery', () => {
  it('are partitioned by the day of reception and clustered by the key', async () => {
    const { destination, dataset } = await prepared({ partitionExpirationDays: 400 });
    expect(server.store.find(dataset, 'plain')).toMatchObject({
      timePartitioning: { type: 'DAY', field: '_received_at', expirationMs: String(400 * 86_400_000) },
      clustering: { fields: ['event_id'] },
    });
    await destination.prepare([{ ...plain, name: 'by_json', key: ['/data/id'] }]);
    expect(server.store.find(dataset, 'by_json').clustering).toEqual({ fields: ['_request_id'] });
    const money = (precision: number, scale: number) => ({
      ...plain,
      name: `money_${precision}_${scale}`,
      columns: [...plain.columns, { name: 'amount', type: { kind: 'decimal' as const, precision, scale } }],
    });
    await destination.prepare([money(38, 9), money(38, 18)]);
    const typeOf = (table: string) =>
      server.store.find(dataset, table).schema.fields.find(({ name }) => name === 'amount')?.type;
    expect([typeOf('money_38_9'), typeOf('money_38_18')]).toEqual(['NUMERIC', 'BIGNUMERIC']);
  });

  it.each([
    [
      'a name with a dash',
      { ...plain, columns: [...plain.columns, { name: 'a-b', type: { kind: 'string' as const } }] },
    ],
    [
      'a reserved name',
      { ...plain, columns: [...plain.columns, { name: '_PARTITIONTIME', type: { kind: 'date' as const } }] },
    ],
    ['a number as the key', { ...plain, key: ['/ratio'] }],
  ])('can’t be made with %s', async (_, table) => {
    const { destination } = await prepared();
    await expect(destination.prepare([{ ...table, name: 'other' }])).rejects.toMatchObject({
      code: 'destination_schema_conflict',
    });
  });

  it('are searched for a key as far back as the config says', async () => {
    const { destination, count } = await prepared({ lookBackDays: 10 });
    const day = (n: number) => ({ receivedAt: Date.UTC(2026, 0, n) });
    expect(await settleRows(destination, [plainRow({ event_id: 'a' }, day(1))])).toEqual([
      { status: 'loaded' },
    ]);
    expect(await settleRows(destination, [plainRow({ event_id: 'a' }, day(9))])).toEqual([
      { status: 'duplicate' },
    ]);
    expect(await settleRows(destination, [plainRow({ event_id: 'a' }, day(20))])).toEqual([
      { status: 'loaded' },
    ]);
    expect(await count()).toEqual([2, 1]);
  });

  it.each<[string, Row['values'], string, unknown]>([
    ['text with every sign', { note: `it's "\\n" \n ; -- 🎉` }, 'note', `it's "\\n" \n ; -- 🎉`],
    ['the largest integer', { count: '9223372036854775807' }, 'count', 9223372036854775807n],
    ['a small number', { ratio: 5e-324 }, 'ratio', 5e-324],
  ])('hold %s', async (_, values, column, stored) => {
    const { destination, dataset } = await prepared();
    const source = `o'hara \\ "x"; DROP TABLE plain; --`;
    expect(await settleRows(destination, [plainRow({ event_id: 'a', ...values }, { source })])).toEqual([
      { status: 'loaded' },
    ]);
    const reader = await server.store.main.runAndReadAll(
      `SELECT "${column}", _source FROM "${dataset}".plain`,
    );
    expect(reader.getRows()).toEqual([[stored, source]]);
  });

  it('do not hold half of a surrogate pair, nor an integer beyond 64 bits', async () => {
    const { destination } = await prepared();
    const values: JsonObject[] = [{ note: '\ud800' }, { data: ['\udfff'] }, { count: '9223372036854775808' }];
    const bad = values.map((values) => plainRow(values));
    expect(
      (await settleRows(destination, bad)).map((one) => [one.status, (one as { column: string }).column]),
    ).toEqual([
      ['rejected', 'note'],
      ['rejected', 'data'],
      ['rejected', 'count'],
    ]);
  });
});
