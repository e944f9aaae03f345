import { DuckDBInstance } from '@duckdb/node-api';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Destination, Row, Table } from '../../src/load/destination.ts';
import { openDuckDb } from '../../src/load/destinations/duckdb/index.ts';
import { createRequestIds } from '../../src/ingest/request-id.ts';
import { destinationConformance, row, settleRows } from '../conformance/destination.ts';
import { exactAmounts } from './exact-amounts.ts';
import { openInFolder, plain, plainRow } from './duckdb/support.ts';

destinationConformance(
  'duckdb',
  [
    'repeats',
    'counts',
    'marked',
    'repairs',
    'withdraw',
    'originals',
    'erasing',
    'search',
    'query',
    'backfill',
    'letterTable',
  ],
  openInFolder,
);

exactAmounts('DuckDB', 2000, async (exports) => openDuckDb({ path: ':memory:', exports }));

it('a row that somebody has deleted stays deleted when its rule is rolled back', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'sentinel-duckdb-'));
  const path = join(dir, 'warehouse.duckdb');
  const table: Table = {
    name: 'payments',
    contract: 'payment',
    key: [],
    columns: [{ name: 'event_id', type: { kind: 'string' } }],
  };
  const repair = { healer: 'rule' as const, ruleId: 'r1', original: '{}', plan: '{}', result: '{}' };
  const [kept, erased] = [row({ event_id: 'a' }, { repair }), row({ event_id: 'b' }, { repair })];
  const before = await openDuckDb({ path });
  await before.prepare([table]);
  await settleRows(before, [kept, erased]);
  await before.close();
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  await connection.run(`DELETE FROM payments WHERE event_id = 'b'`);
  connection.closeSync();
  instance.closeSync();

  const after = await openDuckDb({ path });
  await after.prepare([table]);
  expect(await after.find(kept.requestId)).toMatchObject({ status: 'repaired', repair: { ruleId: 'r1' } });
  expect(await after.withdraw.byRule('r1', { limit: 1000, at: 1 })).toMatchObject({
    events: [{ requestId: kept.requestId, round: 0 }],
    after: undefined,
  });
  await after.close();
  await rm(dir, { recursive: true });
});

it('lets no second process write: the error says who has the file', async () => {
  const under = await openInFolder();
  try {
    // Within one process DuckDB does not lock, so another one tries.
    const { execFile } = await import('node:child_process');
    const { promisify } = await import('node:util');
    const path = (
      await under.destination.query("select path from duckdb_databases() where database_name = 'warehouse'")
    ).rows[0]![0];
    const script = `const { DuckDBInstance } = await import('@duckdb/node-api'); await DuckDBInstance.create(${JSON.stringify(path)});`;
    const attempt = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    await expect(attempt).rejects.toThrow(/lock on file/i);
  } finally {
    await under.cleanup();
  }
});

/** A limit on the size of files stands for the full disk, for this process only. */
function limitFiles(bytes: string): void {
  execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`], { stdio: 'ignore' });
}

function canLimitFiles(): boolean {
  try {
    limitFiles('unlimited');
    return true;
  } catch {
    return false;
  }
}

describe('a load', () => {
  let under: Awaited<ReturnType<typeof openInFolder>>;
  let destination: Required<Destination>;
  beforeEach(async () => {
    under = await openInFolder();
    destination = under.destination;
    await destination.prepare([plain]);
  });
  afterEach(() => under.cleanup());

  const column = async (name: string) =>
    (await destination.query(`select "${name}" from "order" order by event_id`)).rows.map(([value]) => value);

  it('keeps every digit of a decimal, whether it was text or a number', async () => {
    const sent = ['12345678901234567890.123456789', 0.1, 99.99, 1e21, 12345678.99, '-0.000000001', 1e-9];
    await settleRows(
      destination,
      sent.map((total, i) => plainRow({ event_id: String(i), total })),
    );
    expect(await column('total')).toEqual([
      '12345678901234567890.123456789',
      '0.1',
      '99.99',
      '1000000000000000000000',
      '12345678.99',
      '-0.000000001',
      '0.000000001',
    ]);
  });

  it('rejects rather than rounds, and does not say the value', async () => {
    const outcomes = await settleRows(destination, [
      plainRow({ event_id: 'a', price: '0.125' }),
      plainRow({ event_id: 'b', quantity: 12.5 }),
      plainRow({ event_id: 'c' }),
    ]);
    expect(outcomes).toMatchObject([
      { status: 'rejected', column: 'price' },
      { status: 'rejected', column: 'quantity' },
      { status: 'loaded' },
    ]);
    expect(JSON.stringify(outcomes)).not.toMatch(/0\.125|12\.5/);
  });

  it('rejects text that is not valid Unicode, and loads text that only looks like it', async () => {
    const outcomes = await settleRows(destination, [
      plainRow({ event_id: 'a', payload: { deep: ['\ud800'] } }),
      plainRow({ event_id: 'b' }, { extra: { '\udfff': 1 } }),
      plainRow({ event_id: 'c', payload: String.raw`\ud800` }),
      plainRow({ event_id: 'd', payload: '😀\u0000' }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'loaded', 'loaded']);
    expect(await column('payload')).toEqual([String.raw`\ud800`, '😀\u0000']);
  });

  it('fills columns with any name', async () => {
    const values = JSON.parse(
      String.raw`{"event_id":"a","__proto__":"p","it's \"odd\"":"o"}`,
    ) as Row['values'];
    await settleRows(destination, [plainRow(values)]);
    expect(await column('__proto__')).toEqual(['p']);
    expect(await column('it\'s ""odd""')).toEqual(['o']);
  });

  it('writes an event once, even if its key is another when it comes again', async () => {
    const requestId = createRequestIds()(1);
    await settleRows(destination, [plainRow({ event_id: 'a' }, { requestId })]);
    const again = await settleRows(destination, [plainRow({ event_id: 'b' }, { requestId })]);
    expect(again).toEqual([{ status: 'loaded' }]);
    expect(await column('event_id')).toEqual(['a']);
  });

  it('knows which event a duplicate repeats', async () => {
    const [first, second, third] = [
      plainRow({ event_id: 'a' }),
      plainRow({ event_id: 'a' }),
      plainRow({ event_id: 'a' }),
    ];
    expect((await settleRows(destination, [first, second])).map(({ status }) => status)).toEqual([
      'loaded',
      'duplicate',
    ]);
    expect(await settleRows(destination, [third, third])).toEqual([
      { status: 'duplicate' },
      { status: 'duplicate' },
    ]);
    const { rows } = await destination.query(
      'select request_id, first_request_id from _sentinel_duplicates order by request_id',
    );
    expect(rows).toEqual([
      [second.requestId, first.requestId],
      [third.requestId, first.requestId],
    ]);
    expect(await destination.counts()).toMatchObject({ loaded: 1, repaired: 0, duplicate: 2 });
  });

  it.skipIf(!canLimitFiles())(
    'survives a disk that takes no more: nothing lost, nothing doubled',
    async () => {
      await settleRows(destination, [plainRow({ event_id: 'before' })]);
      const rows = Array.from({ length: 500 }, (_, i) =>
        plainRow({ event_id: `e${i}`, payload: 'x'.repeat(500) }),
      );
      limitFiles('4096');
      try {
        await expect(settleRows(destination, rows)).rejects.toMatchObject({
          code: 'destination_unavailable',
          retryable: true,
        });
      } finally {
        limitFiles('unlimited');
      }
      const again = await settleRows(destination, rows);
      expect(again.every(({ status }) => status === 'loaded')).toBe(true);
      expect(await destination.counts()).toMatchObject({ loaded: 501, repaired: 0, duplicate: 0 });
      destination = await under.reopen();
      expect(await column('event_id')).toHaveLength(501);
    },
  );
});

it('opens a file only once in a process, as closing one of two would drop the lock of both', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'sentinel-duckdb-'));
  const path = join(dir, 'w.duckdb');
  const destination = await openDuckDb({ path });
  const twice = openDuckDb({ path: `${dir}/./w.duckdb` });
  await expect(twice).rejects.toMatchObject({ code: 'data_folder_in_use' });
  await destination.close();
  await (await openDuckDb({ path })).close();
  await rm(dir, { recursive: true });
});

it.each([
  ['as it was', plain, 'again'],
  [
    'with another column',
    { ...plain, columns: [...plain.columns, { name: 'note', type: { kind: 'string' } }] },
    'again',
  ],
  ['with another key', { ...plain, key: ['/quantity'] }, 'quantity'],
] as [string, Table, 'again' | 'quantity'][])(
  'a table that is prepared once more %s knows the rows that it has',
  async (_, spec, repeated) => {
    const opened = await openInFolder();
    const { destination } = opened;
    try {
      await destination.prepare([plain]);
      const first = plainRow({ event_id: 'first', quantity: 1 });
      await settleRows(destination, [first]);
      await destination.prepare([spec]);
      const [redelivered, duplicate, fresh] = [
        first,
        plainRow(repeated === 'again' ? { event_id: 'first' } : { event_id: 'other', quantity: 1 }),
        plainRow({ event_id: 'new', quantity: 2 }),
      ];
      const outcomes = await settleRows(destination, [redelivered, duplicate, fresh]);
      expect(outcomes.map(({ status }) => status)).toEqual(['loaded', 'duplicate', 'loaded']);
      expect((await opened.rows('order')).map((row) => row['event_id'])).toEqual(['first', 'new']);
    } finally {
      await opened.cleanup();
    }
  },
);
