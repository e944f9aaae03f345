import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ExportFormat } from '../../../src/load/export.ts';
import { row } from '../../conformance/destination.ts';
import { plain, plainRowOf, postgresForTests } from './support.ts';

const postgres = postgresForTests();
const hostile = `a,"b"\r\n\u0001ü\\N \\.`;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sentinel-export-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function prepared() {
  const schema = postgres.nextSchema();
  const destination = await postgres.open(schema);
  await destination.prepare([plain]);
  const values = { note: '', at: '2026-01-15T10:30:00.1204Z', ratio: 0.1, data: { a: 'x\ny' } };
  const events = [
    { event_id: 'a', ...values, count: '9007199254740993' },
    { event_id: hostile, note: null, at: null, ratio: null, count: 3, data: null },
  ];
  await destination.settle({ rows: events.map((values) => row(values, plainRowOf)), letters: [] });
  await postgres.server.run(
    `ALTER TABLE "${schema}".plain ADD COLUMN wide numeric(50,5), ADD COLUMN money numeric(12,2), ADD COLUMN tags text[];
     UPDATE "${schema}".plain SET wide = 123456789012345678901234567890.5, money = 12.50, tags = '{"a","b,c"}' WHERE event_id = 'a'`,
  );
  return destination;
}

async function exported(format: ExportFormat): Promise<{ file: string; rows: number }> {
  const destination = await prepared();
  const file = join(folder, format);
  const { signal } = new AbortController();
  return { file, ...(await destination.export!.table({ table: 'plain', format, file, signal })) };
}

it('writes exact values as NDJSON', async () => {
  const { file, rows } = await exported('ndjson');
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n').toReversed();
  expect([rows, lines.length]).toEqual([2, 2]);
  expect(JSON.parse(lines[0]!)).toMatchObject({
    event_id: 'a',
    note: '',
    count: '9007199254740993',
    ratio: 0.1,
    data: { a: 'x\ny' },
    wide: '123456789012345678901234567890.5',
    money: '12.5',
    tags: ['a', 'b,c'],
  });
  expect(lines[0]).toContain('"at":"2026-01-15T10:30:00.120400Z"');
  expect(JSON.parse(lines[1]!)).toMatchObject({ event_id: hostile, note: null, count: 3, data: null });
});

it('tells NULL from an empty text in CSV', async () => {
  const { file } = await exported('csv');
  const text = await readFile(file, 'utf8');
  expect(text).toContain('a,"",2026-01-15T10:30:00.120400Z,0.1,9007199254740993,');
  expect(text).toContain(`"${hostile.replaceAll('"', '""')}",,,,3,,`);
});

it('keeps types and values in Parquet', async () => {
  const { file, rows } = await exported('parquet');
  expect(rows).toBe(2);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const result = await connection.run(
    `SELECT event_id, note, count, money, wide, typeof("at"), typeof(money), typeof(_request_id) FROM read_parquet('${file}') ORDER BY count DESC`,
  );
  expect(await result.getRowsJson()).toEqual([
    [
      'a',
      '',
      '9007199254740993',
      '12.50',
      '123456789012345678901234567890.5',
      'TIMESTAMP WITH TIME ZONE',
      'DECIMAL(12,2)',
      'UUID',
    ],
    [hostile, null, '3', null, null, 'TIMESTAMP WITH TIME ZONE', 'DECIMAL(12,2)', 'UUID'],
  ]);
  connection.closeSync();
  instance.closeSync();
});

it('exports no view, which would run with the rights of this login, and says what is not there', async () => {
  const schema = postgres.nextSchema();
  const destination = await postgres.open(schema);
  await postgres.server.run(`CREATE VIEW "${schema}".v AS SELECT pg_read_file('/etc/hostname')`);
  const { signal } = new AbortController();
  const request = { table: 'v', format: 'csv', file: join(folder, 'v'), signal } as const;
  await expect(destination.export!.table(request)).rejects.toMatchObject({ code: 'not_found' });
});
