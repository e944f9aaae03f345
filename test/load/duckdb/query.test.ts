import { usualLimits } from '../../../src/load/destination-kit/query-turns.ts';
import { settleRows } from '../../conformance/destination.ts';
import { totalmem } from 'node:os';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Destination } from '../../../src/load/destination.ts';
import { openInFolder, plain, plainRow } from './support.ts';

describe('query', () => {
  let under: Awaited<ReturnType<typeof openInFolder>>;
  let destination: Destination;
  beforeAll(async () => {
    under = await openInFolder();
    destination = under.destination;
    await destination.prepare([]);
  });
  afterAll(() => under.cleanup());

  it.each([
    ['select 1.50::decimal(38,9)', '1.5'],
    ['select 12::decimal(38,9)', '12'],
    ['select 9007199254740993', '9007199254740993'],
    ['select 42', 42],
    ["select '2026-01-15T10:30:00.1204+02:00'::timestamptz", '2026-01-15T08:30:00.1204Z'],
    ["select '1969-12-31T23:59:59.999999Z'::timestamptz", '1969-12-31T23:59:59.999999Z'],
    ["select '2026-01-15'::date", '2026-01-15'],
    ['select \'{"a":[1,{"b":null}]}\'::json', { a: [1, { b: null }] }],
    ['select [1, 2]', [1, 2]],
    ["select {'a': 0.5::double}", { a: 0.5 }],
    ['select null', null],
    ["select 'inf'::double", 'Infinity'],
    ["select '5F0C1D0E-8a3b-4d7e-9c55-1f2e3d4c5b6a'::uuid", '5f0c1d0e-8a3b-4d7e-9c55-1f2e3d4c5b6a'],
  ])('%s is %j', async (sql, value) => {
    expect((await destination.query!(sql)).rows).toEqual([[value]]);
  });

  it.each([
    ['insert into _sentinel_positions values (1, 2)', /only SELECT/],
    ['drop table _sentinel_positions', /only SELECT/],
    ['checkpoint', /only SELECT/],
    ['set threads = 1', /only SELECT/],
    ["attach '/tmp/x.duckdb'", /only SELECT/],
    ['select 1; drop table _sentinel_positions', /one statement/],
    ["copy (select 1) to '/tmp/x.csv'", /only SELECT/],
    ["select * from read_csv('/etc/passwd')", /read_csv/],
    ["select * from '/etc/passwd'", /Catalog|Permission/],
    ["select * from glob('/*')", /glob/],
    ['from enable_logging()', /enable_logging/],
    ['with l as (select * from enable_logging()) select * from l', /enable_logging/],
    ['select (select count(*) from truncate_duckdb_logs())', /truncate_duckdb_logs/],
    ['explain analyze from enable_logging()', /enable_logging/],
    ['select * from force_checkpoint()', /force_checkpoint/],
    ['select * from arrow_scan(1, 2, 3)', /arrow_scan/],
    ["from query('from enable_logging()')", /query/],
    ['explain analyze delete from _sentinel_positions', /only SELECT/],
    ["select write_log('x')", /write_log/],
  ])('refuses %s', async (sql, message) => {
    await expect(destination.query!(sql)).rejects.toThrow(message);
  });

  it.each([
    'select list(range) from range(3000000)',
    "select {'a': [list(range)]} from range(3000000)",
    'select map(list(range), list(range)) from range(700000)',
  ])('refuses a value that is too large before it is made: %s', async (sql) => {
    await expect(destination.query!(sql)).rejects.toMatchObject({
      code: 'query_failed',
      message: expect.stringContaining('select a part of them') as string,
    });
  });

  it.each([
    "select repeat('x', 4000000000)",
    "select string_agg(repeat('x', 1000000), '') from range(10000)",
    "select repeat(a, 1000) from (select repeat('x', 1000) a)",
    'with t as (select repeat(repeat(note, 1000), 1000) from plain) from t',
    "select repeat('x', range::bigint) from range(5)",
    'select len(range(1000000000))',
    'select unnest(generate_series(1, 10 * 100000000))',
    "select list_transform(range(10000), x -> repeat('x', 10000))",
    "select [repeat('x', 10000) for x in range(10000)]",
    "select lpad('x', 10::bigint * 100000000)",
    "select printf('%1000000000d', 1)",
    "select format('{:{}}', 1, 1000000000)",
    "select levenshtein(repeat('x', 100000), repeat('y', 100000))",
    "explain analyze select repeat('x', 4000000000)",
    'select pg_sleep(60)',
  ])('refuses what nothing could stop while it makes one giant value: %s', async (sql) => {
    await expect(destination.query!(sql)).rejects.toMatchObject({ code: 'query_refused' });
  });

  it.each([
    ["select repeat('█', least(2 + 1, 100)) || lpad('7', 3, '0') || rpad('a', 2, ' ')", '███007a '],
    ['select unnest(range(1, 2))', 1],
    ['select count(*)::int from range(1000000)', 1_000_000],
    ["select format('{:5.2f}', 1.5)", ' 1.50'],
    ["select replace(repeat('ab', 2), 'b', 'c')", 'acac'],
    ["select bitstring('101', 4)::text", '0101'],
  ])('but not %s', async (sql, value) => {
    expect((await destination.query!(sql)).rows).toEqual([[value]]);
  });

  it('shows lists, maps and structs of a usual size', async () => {
    const { rows } = await destination.query!(
      "select list(range), map([1], ['x']), {'a': [1, 2]} from range(3)",
    );
    expect(rows).toHaveLength(1);
  });

  it('leaves half of the memory to the rest of the process', async () => {
    const { rows } = await destination.query!(
      "select value from duckdb_settings() where name in ('memory_limit')",
    );
    const [, amount, unit] = /^([\d.]+) (\w+)$/.exec(String(rows[0]![0]))!;
    const bytes = Number(amount) * { MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 }[unit as 'MiB'];
    expect(bytes / totalmem()).toBeLessThan(0.51);
  });

  it('names columns, and says when there are more rows', async () => {
    expect(await destination.query!('select range as n, range as n from range(5)', { maxRows: 2 })).toEqual({
      columns: ['n', 'n:1'],
      rows: [
        [0, 0],
        [1, 1],
      ],
      truncated: true,
    });
  });

  it('leaves nothing open behind a result that was cut off: the database can be closed', async () => {
    const own = await openInFolder();
    await own.destination.query('from range(100000)', { maxRows: 2 });
    await own.destination.prepare([plain]);
    await own.cleanup();
  });

  it.each([
    'describe _sentinel_counters',
    'show tables',
    'summarize _sentinel_counters',
    'explain select 1',
    '/* why */ explain analyze select 1',
    'values (1)',
  ])('answers %s', async (sql) => {
    expect((await destination.query!(sql)).rows.length).toBeGreaterThan(0);
  });

  it('does not hold up a load, however many queries wait', async () => {
    await destination.prepare([plain]);
    const answers = Array.from({ length: 6 }, () =>
      destination.query!('select count(*) from range(15000) a, range(15000) b where a.range <> b.range'),
    );
    const loading = settleRows(destination, [plainRow({ event_id: 'a' })]);
    expect(
      await Promise.race([Promise.allSettled(answers).then(() => 'answered'), loading.then(() => 'loaded')]),
    ).toBe('loaded');
    // On a slow machine the last ones have waited too long for their turn.
    for (const answer of await Promise.allSettled(answers))
      expect(answer).toMatchObject(answer.status === 'fulfilled' ? {} : { reason: { code: 'query_busy' } });
  });

  it('stops a query that takes more memory than it may, which no limit of DuckDB counts', async () => {
    const modest = await openInFolder({ queryLimits: { ...usualLimits, memoryBytes: 100 * 2 ** 20 } });
    onTestFinished(() => modest.cleanup());
    const { query } = modest.destination;
    await expect(query('select len(list(range)) from range(60000000)')).rejects.toMatchObject({
      code: 'query_failed',
      message: expect.stringContaining('too much of the memory') as string,
    });
    expect((await query('select 1 as one')).rows).toEqual([[1]]);
  });

  it('tells whoever waits too long behind others to come again, and stops those at their time', async () => {
    const hurried = await openInFolder({ queryLimits: { ...usualLimits, runMs: 2000, waitMs: 300 } });
    onTestFinished(() => hurried.cleanup());
    const query = hurried.destination.query;
    // One side is held in memory, which has a limit of its own.
    const endless = 'select count(*) from range(10000000) a, range(1000000) b where a.range <> b.range';
    const streaming = 'select 1 from range(10000000) a, range(1000000) b where a.range + b.range = -1';
    const ended = Promise.allSettled([endless, streaming].map((sql) => query(sql, { maxRows: 1_000_000 })));
    await expect(query('select 1')).rejects.toMatchObject({ code: 'query_busy', retryable: true });
    const ends = await ended;
    expect(ends.map((end) => end.status === 'rejected' && (end.reason as Error).message)).toEqual([
      'the query took longer than 2 s and was stopped',
      'the query took longer than 2 s and was stopped',
    ]);
    expect((await query('select 1')).rows.length).toBe(1);
  });

  it('refuses giant texts before they are read, and says in time that a giant one is not done', async () => {
    const hurried = await openInFolder({ queryLimits: { ...usualLimits, runMs: 100, waitMs: 300 } });
    onTestFinished(() => hurried.cleanup());
    const texts = `select concat(${"repeat('x', 100000), ".repeat(10)}'') from range(280)`;
    for (const sql of [texts, `select list(t) from (${texts}) as many(t)`])
      await expect(destination.query!(sql)).rejects.toMatchObject({
        code: 'query_failed',
        message: expect.stringContaining('256 MiB') as string,
      });
    await expect(
      hurried.destination.query(
        "select levenshtein(t, reverse(t)) from (select string_agg('ab', '') t from range(15000))",
      ),
    ).rejects.toThrow(/took longer than 0.1 s/);
  });

  it('says what is wrong with the SQL', async () => {
    await expect(destination.query!('select x from nowhere')).rejects.toMatchObject({ code: 'query_failed' });
  });
});
