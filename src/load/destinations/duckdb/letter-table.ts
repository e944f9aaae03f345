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

/** The rows come as JSON text in a parameter: written out as values, each costs four times as much to parse and to bind. */
const insertRows = `INSERT INTO ${letterTable} (${letterColumnNames.join(', ')})
  SELECT ${letterColumnNames.map((name) => `CAST(letter.${name} AS ${types[letterColumns[name]]})`).join(', ')}
  FROM (SELECT unnest(from_json($1, ${literal(
    JSON.stringify([Object.fromEntries(letterColumnNames.map((name) => [name, 'VARCHAR']))]),
  )})) AS letter)`;

const deleteRows = `DELETE FROM ${letterTable} WHERE id IN (SELECT unnest(from_json($1, '["VARCHAR"]')))`;

/** Characters of letters, which DuckDB holds in memory until a checkpoint. With rows alone it makes one by itself, seldom: they are small. */
const mostUnwritten = 8 * 2 ** 20;

type Write = (
  connection: DuckDBConnection,
  letters: readonly LetterRow[],
  gone: readonly string[],
) => Promise<void>;

/** `rest` writes them out, unless somebody reads. */
export function letterWriter(rest: () => Promise<boolean>): Write {
  let unwritten = 0;
  return async (connection, letters, gone) => {
    const ids = [...letters.map(({ id }) => id!), ...gone];
    if (ids.length === 0) return;
    await connection.run(`BEGIN TRANSACTION; ${createLetterTable}; ${deleteRows}`, [JSON.stringify(ids)]);
    const rows = JSON.stringify(letters);
    if (letters.length > 0) await connection.run(insertRows, [rows]);
    await connection.run('COMMIT');
    unwritten += rows.length;
    if (unwritten > mostUnwritten && (await rest())) unwritten = 0;
  };
}

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
