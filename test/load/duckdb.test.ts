import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Destination } from '../../src/load/destination.ts';
import { openDuckDb } from '../../src/load/destinations/duckdb.ts';
import { KeySet } from '../../src/load/destinations/duckdb/key-set.ts';
import { destinationConformance } from '../conformance/destination.ts';

async function openInFolder() {
  const dir = await mkdtemp(join(tmpdir(), 'sentinel-duckdb-'));
  const path = join(dir, 'warehouse.duckdb');
  let destination = await openDuckDb({ path });
  return {
    destination,
    async reopen() {
      await destination.close();
      return (destination = await openDuckDb({ path }));
    },
    async rows(table: string) {
      const { columns, rows } = await destination.query!(`from "${table}"`);
      return rows.map((values) =>
        Object.fromEntries(columns.map((column, index) => [column, values[index]])),
      );
    },
    async cleanup() {
      await destination.close();
      await rm(dir, { recursive: true });
    },
  };
}

destinationConformance('duckdb', openInFolder);

describe('query', () => {
  let under: Awaited<ReturnType<typeof openInFolder>>;
  let destination: Destination;
  beforeEach(async () => {
    under = await openInFolder();
    destination = under.destination;
    await destination.prepare([]);
  });
  afterEach(() => under.cleanup());

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
    ['insert into _sentinel_positions values (1, 2)', /only statements that read/],
    ['drop table _sentinel_positions', /only statements that read/],
    ['checkpoint', /only statements that read/],
    ['set threads = 1', /only statements that read/],
    ["attach '/tmp/x.duckdb'", /only statements that read/],
    ['select 1; drop table _sentinel_positions', /one statement/],
    ["copy (select 1) to '/tmp/x.csv'", /only statements|Permission/],
    ["select * from read_csv('/etc/passwd')", /Permission/],
    ["select * from '/etc/passwd'", /Catalog|Permission/],
    ["select * from glob('/*')", /Permission/],
  ])('refuses %s', async (sql, message) => {
    await expect(destination.query!(sql)).rejects.toThrow(message);
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

  it('says what is wrong with the SQL', async () => {
    await expect(destination.query!('select x from nowhere')).rejects.toMatchObject({ code: 'query_failed' });
  });
});

it('lets no second process write: the error says who has the file', async () => {
  const under = await openInFolder();
  try {
    // Within one process DuckDB does not lock, so another one tries.
    const { execFile } = await import('node:child_process');
    const { promisify } = await import('node:util');
    const path = (
      await under.destination.query!("select path from duckdb_databases() where database_name = 'warehouse'")
    ).rows[0]![0];
    const script = `const { DuckDBInstance } = await import('@duckdb/node-api'); await DuckDBInstance.create(${JSON.stringify(path)});`;
    const attempt = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    await expect(attempt).rejects.toThrow(/lock on file/i);
  } finally {
    await under.cleanup();
  }
});

describe('KeySet', () => {
  it('holds what was added, and only that', () => {
    const set = new KeySet(4);
    const random = () =>
      BigInt.asUintN(
        64,
        (BigInt(Math.floor(Math.random() * 2 ** 32)) << 32n) | BigInt(Math.floor(Math.random() * 2 ** 32)),
      );
    const added = new Set([0n, 1n, 2n ** 64n - 1n, ...Array.from({ length: 5000 }, random)]);
    for (const hash of added) set.add(hash);
    for (const hash of added) set.add(hash);
    expect(set.size).toBe(added.size);
    for (const hash of added) expect(set.has(hash)).toBe(true);
    for (let probe = 0; probe < 5000; probe++) {
      const hash = random();
      expect(set.has(hash)).toBe(added.has(hash));
    }
  });
});
