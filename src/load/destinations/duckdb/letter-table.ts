import type { DuckDBConnection } from '@duckdb/node-api';
import {
  type KnownLetter,
  type LetterRow,
  letterColumnNames,
  letterColumns,
  letterTable,
} from '../../letter-table.ts';
import { rowsOf } from './rows.ts';
import { literal } from './sql.ts';

const types = { text: 'VARCHAR', json: 'JSON', time: 'TIMESTAMPTZ' } as const;

export const createLetterTable = `CREATE TABLE IF NOT EXISTS ${letterTable} (${letterColumnNames
  .map((name) => `${name} ${types[letterColumns[name]]}`)
  .join(', ')})`;

export async function writeLetterRows(
  connection: DuckDBConnection,
  letters: readonly LetterRow[],
  gone: readonly string[],
): Promise<void> {
  const ids = [...letters.map(({ id }) => id!), ...gone];
  if (ids.length === 0) return;
  const statements = [
    'BEGIN TRANSACTION',
    createLetterTable,
    `DELETE FROM ${letterTable} WHERE id IN (${ids.map(literal).join(', ')})`,
  ];
  const values = letters.map(
    (row) => `(${letterColumnNames.map((name) => valueOf(row[name], letterColumns[name])).join(', ')})`,
  );
  if (values.length > 0)
    statements.push(
      `INSERT INTO ${letterTable} (${letterColumnNames.join(', ')}) VALUES ${values.join(', ')}`,
    );
  await connection.run([...statements, 'COMMIT'].join('; '));
}

const valueOf = (text: string | null, type: keyof typeof types): string =>
  text === null ? 'NULL' : type === 'text' ? literal(text) : `${literal(text)}::${types[type]}`;

export async function knownLetters(
  connection: DuckDBConnection,
  { after, limit }: { after: string; limit: number },
): Promise<KnownLetter[]> {
  const rows = await rowsOf(
    connection,
    `SELECT id, letter_version FROM ${letterTable} WHERE id > ${literal(after)} ORDER BY id LIMIT ${limit}`,
  );
  return rows.map(([id, version]) => ({ id: String(id), version: String(version) }));
}
