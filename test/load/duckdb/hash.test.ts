import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Column, ColumnType } from '../../../src/contracts/contract.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import { type Hash, hashesAgree } from '../../../src/load/destinations/duckdb/hash.ts';
import { keyHash } from '../../../src/load/destinations/duckdb/key-hash.ts';
import { keyHashes } from '../../../src/load/destinations/duckdb/table-sql.ts';
import { rowsOf } from '../../../src/load/destinations/duckdb/rows.ts';
import { literal, typeName } from '../../../src/load/destinations/duckdb/sql.ts';

let connection: DuckDBConnection;
beforeAll(async () => {
  connection = await (await DuckDBInstance.create(':memory:')).connect();
});
afterAll(() => connection.closeSync());

const table = (key: string[], ...types: ColumnType['kind'][]) => ({
  name: 't',
  contract: 't',
  key,
  columns: types.map((kind, i): Column => ({ name: `c${i}`, type: { kind } as ColumnType })),
});

/** The hashes that the filter of keys is filled with when a table that has these rows is opened. */
async function byDuckDb(spec: ReturnType<typeof table>, rows: JsonObject[]): Promise<Hash[]> {
  const columns = spec.columns.map(({ name, type }) => `${name} ${typeName(type)}`);
  await connection.run(`CREATE OR REPLACE TABLE main.t (${columns.join(', ')})`);
  const values = rows.map((row) =>
    spec.columns.map(({ name, type }) =>
      literal(type.kind === 'json' ? JSON.stringify(row[name]) : `${row[name] as string | number}`),
    ),
  );
  await connection.run(`INSERT INTO main.t VALUES ${values.map((row) => `(${row.join(', ')})`).join(', ')}`);
  return (await rowsOf(connection, keyHashes(spec)!)).map(
    ([high, low]) => [Number(high), Number(low)] as const,
  );
}

/** A NUL would end the SQL text that this test writes its values into. */
const text = fc
  .oneof(fc.string({ maxLength: 40 }), fc.string({ unit: 'binary', maxLength: 40 }))
  .filter((value) => !value.includes('\0') && value.isWellFormed());
const integer = fc.oneof(fc.maxSafeInteger(), fc.integer());

async function agrees(spec: ReturnType<typeof table>, cells: fc.Arbitrary<unknown>[]): Promise<void> {
  const row = fc
    .tuple(...cells)
    .map((values) => Object.fromEntries(values.map((value, i) => [`c${i}`, value])) as JsonObject);
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 50 }), async (rows) => {
      expect(rows.map(keyHash(spec))).toEqual(await byDuckDb(spec, rows));
    }),
    { numRuns: 30 },
  );
}

describe('the hash of a key, as DuckDB makes it', () => {
  it('is known to agree with this version', async () => {
    expect(await hashesAgree(connection)).toBe(true);
  });

  it('of text', () => agrees(table(['/c0'], 'string'), [text]));
  it('of UUIDs', () =>
    agrees(table(['/c0'], 'uuid'), [
      fc.oneof(
        fc.uuid(),
        fc.uuid().map((id) => id.toUpperCase()),
      ),
    ]));
  it('of whole numbers', () => agrees(table(['/c0'], 'integer'), [integer]));
  it('of several parts', () =>
    agrees(table(['/c0', '/c1', '/c2'], 'string', 'integer', 'uuid'), [text, integer, fc.uuid()]));
  it('of text within JSON', () =>
    agrees(table(['/c0/a~1b/id'], 'json'), [
      fc
        .string({ unit: fc.constantFrom('a', 'Z', '0', ' ', '/', '-', '#', '~', '[', '}', "'") })
        .map((id) => ({ 'a/b': { id } })),
    ]));
});

describe('what only DuckDB can tell', () => {
  it.each<[ColumnType['kind'], JsonObject]>([
    ['datetime', { c0: '2026-01-15T10:30:00Z' }],
    ['number', { c0: 1 }],
    ['integer', { c0: '9007199254740993' }],
    ['uuid', { c0: '{5f0c1d0e-8a3b-4d7e-9c55-1f2e3d4c5b6a}' }],
    ['uuid', { c0: '5f0c1d0e-8a3b-4d7e-9c55-1f2e3d4c5b6é' }],
    ['json', { c0: 1.0 }],
    ['json', { c0: 'é' }],
    ['json', { c0: { id: 1 } }],
  ])('%s %j', (kind, values) => expect(keyHash(table(['/c0'], kind))(values)).toBeUndefined());

  it('a path through an array', () =>
    expect(keyHash(table(['/c0/0/id'], 'json'))({ c0: [{ id: 'a' }] })).toBeUndefined());
});

it('a key with an absent part is no key', () => {
  const hash = keyHash(table(['/c0', '/c1/id'], 'string', 'json'));
  expect(hash({ c0: 'a' })).toBeNull();
  expect(hash({ c0: 'a', c1: { id: null } })).toBeNull();
  expect(hash({ c1: { id: 'b' } })).toBeNull();
});
