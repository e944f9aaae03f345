import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Row, Table } from '../../../src/load/destination.ts';
import type { DuckDbOptions } from '../../../src/load/destinations/duckdb/session.ts';
import { openDuckDb } from '../../../src/load/destinations/duckdb/index.ts';
import { row } from '../../conformance/destination.ts';

/** The destination on a file in a folder of its own. */
export async function openInFolder(options: Omit<DuckDbOptions, 'path'> = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'sentinel-duckdb-'));
  const path = join(dir, 'warehouse.duckdb');
  let destination = await openDuckDb({ ...options, path });
  return {
    destination,
    async reopen() {
      await destination.close();
      return (destination = await openDuckDb({ ...options, path }));
    },
    async rows(table: string) {
      const { columns, rows } = await destination.query(`from "${table}"`);
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

export const plain: Table = {
  name: 'order',
  contract: 'order',
  key: ['/event_id'],
  columns: [
    { name: 'event_id', type: { kind: 'string' } },
    { name: 'price', type: { kind: 'decimal', precision: 10, scale: 2 } },
    { name: 'total', type: { kind: 'decimal', precision: 38, scale: 9 } },
    { name: 'quantity', type: { kind: 'integer' } },
    { name: 'payload', type: { kind: 'json' } },
    { name: '__proto__', type: { kind: 'string' } },
    { name: `it's "odd"`, type: { kind: 'string' } },
  ],
};
export const plainRow = (values: Row['values'], change: Partial<Row> = {}): Row =>
  row(values, { table: 'order', contract: 'order', ...change });
