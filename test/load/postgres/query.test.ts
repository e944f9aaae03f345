import { usualLimits } from '../../../src/load/destination-kit/query-turns.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import type { OpenDestination } from '../../../src/load/destination.ts';
import { withoutPostgres } from '../../helpers/postgres.ts';
import { until } from '../../helpers/until.ts';
import { postgresForTests } from './support.ts';

describe.skipIf(withoutPostgres())('queries on PostgreSQL', () => {
  const postgres = postgresForTests();
  let destination: OpenDestination;
  let schema: string;
  beforeAll(async () => {
    schema = postgres.nextSchema();
    destination = await postgres.open(schema);
  });

  it.each([
    ['select 1.50::decimal(38,9)', '1.5'],
    ['select 100::numeric', '100'],
    ['select 9007199254740993', '9007199254740993'],
    ['select 42', 42],
    ["select '2026-01-15T10:30:00.1204+02:00'::timestamptz", '2026-01-15T08:30:00.1204Z'],
    ["select '2026-01-15'::date", '2026-01-15'],
    ['select \'{"a":[1,{"b":null}]}\'::jsonb', { a: [1, { b: null }] }],
    ['select array[1, null, 3]', [1, null, 3]],
    ["select array['a,b', null, '{']", ['a,b', null, '{']],
    ['select null', null],
    ["select 'inf'::float8", 'Infinity'],
    ['select 0.1::float8 + 0.2::float8', 0.30000000000000004],
    ["select '5F0C1D0E-8a3b-4d7e-9c55-1f2e3d4c5b6a'::uuid", '5f0c1d0e-8a3b-4d7e-9c55-1f2e3d4c5b6a'],
    ['select true', true],
    [String.raw`select '\xff00'::bytea`, '/wA='],
    ["select 'it''s' -- a remark", "it's"],
    ['/* why */ with x as (values (7)) table x;', 7],
  ])('%s is %j', async (sql, value) => {
    expect((await destination.query!(sql)).rows).toEqual([[value]]);
  });

  it.each([
    'insert into _sentinel_counters values (1, 2, 3, 4)',
    'drop table _sentinel_counters',
    'with x as (delete from _sentinel_counters returning 1) select * from x',
    'select 1; drop table _sentinel_counters',
    'select 1 into copied',
    'select * from _sentinel_counters for update',
    'explain analyze delete from _sentinel_counters',
    "copy (select 1) to '/tmp/x.csv'",
    'set statement_timeout = 0',
    'commit',
    'do $$ begin end $$',
    'select pg_sleep(1)',
    'select "pg_sleep"(1)',
    'select pg_catalog . pg_sleep (1)',
    String.raw`select U&"pg\005fsleep"(1)`,
    'select pg_advisory_lock(1)',
    'select pg_try_advisory_lock(1)',
    "select set_config('transaction_read_only', 'off', true)",
    "select pg_read_file('/etc/passwd')",
    "select * from pg_ls_dir('/')",
    "select lo_import('/etc/passwd')",
    "select query_to_xml('select 1', true, true, '')",
    "select nextval('x')",
    'select pg_terminate_backend(1)',
    "select dblink('', '')",
    'select 1) x; select (2',
  ])('refuses %s', async (sql) => {
    await expect(destination.query!(sql)).rejects.toMatchObject({
      code: expect.stringMatching(/^query_(?:refused|failed)$/) as string,
    });
    const [found] = await postgres.server.run(
      `SELECT to_regclass('"${schema}"._sentinel_counters') IS NOT NULL AS there, to_regclass('"${schema}".copied') IS NULL AS clean`,
    );
    expect(found).toEqual({ there: true, clean: true });
  });

  it('asks a superuser’s login for another one', async () => {
    const powerful = await postgres.open(postgres.nextSchema(), { queryUrl: postgres.server.url() });
    await expect(powerful.query!('select 1')).rejects.toMatchObject({
      code: 'query_refused',
      message: /SENTINEL_POSTGRES_QUERY_URL/,
    });
  });

  it('names columns, and says when there are more rows', async () => {
    expect(await destination.query!('select n, n from generate_series(0, 4) n', { maxRows: 2 })).toEqual({
      columns: ['n', 'n:1'],
      rows: [
        [0, 0],
        [1, 1],
      ],
      truncated: true,
    });
    expect(await destination.query!('select n from generate_series(1, 2500) n')).toMatchObject({
      truncated: false,
    });
    expect(
      (await destination.query!('select n from generate_series(1, 2500) n', { maxRows: 2500 })).rows,
    ).toHaveLength(2500);
  });

  it('stops queries at their time, also those that answer bit by bit, and tells others to come again', async () => {
    const queryLimits = { ...usualLimits, runMs: 1500, waitMs: 300 };
    const hurried = await postgres.open(postgres.nextSchema(), { queryLimits });
    const endless = 'select count(*) from generate_series(1, 1000000) a, generate_series(1, 1000000) b';
    // Each row of it takes a while, and each part of its answer less than the time.
    const bitByBit =
      'select (select count(*) from generate_series(1, 20000) b where b > a) from generate_series(1, 100000) a';
    const ended = Promise.allSettled([endless, bitByBit].map((sql) => hurried.query!(sql, { maxRows: 1e6 })));
    await expect(hurried.query!('select 1')).rejects.toMatchObject({ code: 'query_busy', retryable: true });
    const ends = (await ended).map((end) => end.status === 'rejected' && (end.reason as Error).message);
    expect(ends).toEqual(Array(2).fill('the query took longer than 1.5 s and was stopped'));
    expect((await hurried.query!('select 1')).rows).toEqual([[1]]);
    const backends =
      "select count(*)::int as n from pg_stat_activity where query like '%generate_series%' and state = 'active' and pid <> pg_backend_pid()";
    await until(async () => (await postgres.server.run(backends))[0]!['n'] === 0);
  });

  it('explains, and says what is wrong with the SQL', async () => {
    const { rows } = await destination.query!('explain (costs off) select 1');
    expect(rows).toEqual([['Result']]);
    await expect(destination.query!('select x from nowhere')).rejects.toMatchObject({
      code: 'query_failed',
      message: /"nowhere" does not exist/,
    });
  });
});
