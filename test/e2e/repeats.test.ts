import { DuckDBInstance } from '@duckdb/node-api';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startBigQueryServer } from '../helpers/bigquery-server.ts';
import { withoutPostgres } from '../helpers/postgres.ts';
import { type RunningSentinel, get, startProcess } from '../helpers/sentinel.ts';
import { until } from '../helpers/until.ts';
import { postgresForTests } from '../load/postgres/support.ts';

/** An order is pending, then paid, then refunded: what each destination holds under each policy, whatever happens meanwhile. */
const policies = {
  order_keep: { on_repeat: 'keep' },
  order_replace: { on_repeat: 'replace', order_by: 'updated_at' },
  order_latest: { on_repeat: 'replace' },
  order_history: { on_repeat: 'history' },
} as const;
type Name = keyof typeof policies;
const names = Object.keys(policies) as Name[];
const states = ['pending', 'paid', 'refunded'];
const orders = 40;

const contractOf = (name: Name): string =>
  JSON.stringify({
    'x-contract': { name, version: '1.0.0', key: 'id', ...policies[name] },
    type: 'object',
    required: ['type', 'id', 'state', 'amount', 'updated_at'],
    properties: {
      type: { const: name },
      id: { type: 'integer' },
      state: { enum: states },
      amount: { type: 'number', multipleOf: 0.01 },
      updated_at: { type: 'string', format: 'date-time' },
    },
  });

/** Six events of an order, in an order of its own: each state twice. */
function eventsOf(name: Name, id: number): object[] {
  const steps = [0, 1, 2, 2, 0, 1].map((_, at) => (at * (1 + (id % 2) * 4) + id) % 3);
  return steps.map((step) => ({
    type: name,
    id,
    state: states[step],
    amount: (1999 + 100 * id) / 100,
    updated_at: `2026-01-15T0${step + 1}:00:00Z`,
  }));
}

/** Rounds of events: every order's first, then every order's second, and so on. */
const rounds = Array.from({ length: 6 }, (_, round) =>
  Array.from({ length: orders }, (_, id) => names.map((name) => eventsOf(name, id)[round]!)).flat(),
);

type Stored = [name: Name, id: number, state: string];

const postgres = postgresForTests();

it.skipIf(withoutPostgres()).each(['duckdb', 'postgres', 'bigquery'] as const)(
  'orders that change are in every destination as on_repeat says, out of order, twice, killed twice: %s leads',
  async (main) => {
    const bigquery = await startBigQueryServer();
    const schema = postgres.nextSchema();
    const all = {
      duckdb: { type: 'duckdb', path: './orders.duckdb' },
      postgres: { type: 'postgres', schema },
      bigquery: {
        type: 'bigquery',
        project: 'test',
        dataset: 'orders',
        api_endpoint: bigquery.url,
        load_interval_seconds: 1,
      },
    };
    const { [main]: destination, ...others } = all;
    const sentinel = await startProcess({
      config: {
        contracts: ['./contracts'],
        destination,
        destinations: Object.entries<object>(others).map(([name, one]) => ({ name, ...one })),
        sources: { shop: { id: 'header:x-delivery' } },
      },
      files: Object.fromEntries(names.map((name) => [`contracts/${name}.schema.json`, contractOf(name)])),
      env: {
        SENTINEL_POSTGRES_URL: postgres.server.url(),
        GOOGLE_APPLICATION_CREDENTIALS: bigquery.credentials,
      },
    });
    try {
      for (const [round, events] of rounds.entries()) {
        await Promise.all(
          Array.from({ length: 8 }, (_, lane) => send(sentinel, `${round}-${lane}`, laneOf(events, lane))),
        );
        if (round % 3 !== 1) continue;
        await sentinel.kill('SIGKILL');
        await sentinel.restart();
      }
      await until(async () => {
        type Pending = { pending: number; destinations: { pending: number }[] };
        const { pending, destinations } = await get<Pending>(`${sentinel.url}/api/v1/stats`);
        return pending === 0 && destinations.length === 2 && destinations.every((one) => one.pending === 0);
      }, 60_000);
      // DuckDB's file can be read once the service has closed it.
      await sentinel.kill('SIGTERM');
      const stored = {
        duckdb: await inDuckDb(join(sentinel.dir, 'orders.duckdb')),
        postgres: await inPostgres(schema),
        bigquery: await inBigQuery(bigquery),
      };
      for (const [where, rows] of Object.entries(stored))
        for (const name of names)
          expect({ where, name, rows: rowsOf(rows, name) }).toEqual({ where, name, rows: expected(name) });
    } finally {
      await sentinel.stop();
      await bigquery.close();
    }
  },
  180_000,
);

const laneOf = (events: readonly object[], lane: number): object[] =>
  events.filter((_, at) => Math.floor(at / names.length) % 8 === lane);

/** As a sender does: the same delivery again until it is answered. */
async function send({ url }: RunningSentinel, delivery: string, events: readonly object[]): Promise<void> {
  for (let attempt = 0; attempt < 2; attempt++) {
    const response = await fetch(`${url}/ingest/shop`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-delivery': delivery },
      body: JSON.stringify(events),
    });
    expect(response.status).toBe(202);
    await response.arrayBuffer();
  }
}

const rowsOf = (rows: readonly Stored[], name: Name): string[] =>
  rows.flatMap(([of, id, state]) => (of === name ? [`${id} ${state}`] : [])).toSorted();

function expected(name: Name): string[] {
  return Array.from({ length: orders }, (_, id) => {
    const seen = eventsOf(name, id).map((event) => (event as { state: string }).state);
    const wanted = {
      order_keep: [seen[0]],
      order_replace: ['refunded'],
      order_latest: [seen.at(-1)],
      order_history: seen,
    }[name];
    return wanted.map((state) => `${id} ${state}`);
  })
    .flat()
    .toSorted();
}

const sqlOf = (schema: string): string =>
  names
    .map((name) => `SELECT '${name}' AS name, CAST(id AS INTEGER) AS id, state FROM ${schema}.${name}`)
    .join(' UNION ALL ');

async function inDuckDb(path: string): Promise<Stored[]> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  const rows = (await connection.runAndReadAll(sqlOf('main'))).getRows();
  connection.closeSync();
  instance.closeSync();
  return rows as unknown as Stored[];
}

const inPostgres = async (schema: string): Promise<Stored[]> =>
  (await postgres.server.run(sqlOf(`"${schema}"`))).map(
    ({ name, id, state }) => [name, id, state] as unknown as Stored,
  );

const inBigQuery = async ({ store }: Awaited<ReturnType<typeof startBigQueryServer>>): Promise<Stored[]> =>
  (await store.main.runAndReadAll(sqlOf('orders'))).getRows() as unknown as Stored[];
