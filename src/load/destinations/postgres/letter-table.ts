import type { ClientBase } from 'pg';
import {
  type KnownLetter,
  type LetterRow,
  type LetterTable,
  letterColumnNames,
  letterColumns,
  letterTable,
} from '../../letter-table.ts';
import { RowsRefused, untranslatable } from './errors.ts';
import type { Session } from './session.ts';
import { identifier } from './sql.ts';

// Not jsonb, which changes numbers.
const types = { text: 'text', json: 'json', time: 'timestamptz' } as const;

const columns = letterColumnNames.map((name) => ({ name, type: types[letterColumns[name]] }));
const placeOf = (schema: string): string => `${identifier(schema)}.${letterTable}`;

export const letterTableStatements = (schema: string): string[] => [
  `CREATE TABLE ${placeOf(schema)} (${columns
    .map(({ name, type }) => `${name} ${type}${name === 'id' ? ' PRIMARY KEY' : ''}`)
    .join(', ')})`,
  `CREATE INDEX _sentinel_dead_letters_status ON ${placeOf(schema)} (status, received_at)`,
];

export function createLetterTable(session: Session): LetterTable {
  const { schema } = session;
  return {
    async write(letters, gone) {
      const write = (rows: readonly LetterRow[]) =>
        session.transaction('write its table of dead letters', (client) =>
          writeLetterRows(client, schema, rows, gone),
        );
      await write(letters).catch((error: unknown) => {
        // Of several, the caller finds out which one is at fault.
        if (!(error instanceof RowsRefused) || error.sqlState !== untranslatable || letters.length > 1)
          throw error;
        return write(letters.map(inAscii));
      });
    },
    known: (page) =>
      session.question('read its table of dead letters', (client) => knownLetters(client, schema, page)),
  };
}

/** For a database whose encoding has no place for some of its characters: `?` for each beyond ASCII, so that reports can read the rest. */
const inAscii = (row: LetterRow): LetterRow =>
  Object.fromEntries(
    letterColumnNames.map((name) => [
      name,
      // An escape in JSON is a character, too, as soon as somebody reads the field.
      row[name]?.replace(/\\u(?!00[0-7])[0-9a-f]{4}|[^\0-\x7f]/giu, '?') ?? null,
    ]),
  ) as LetterRow;

async function writeLetterRows(
  client: ClientBase,
  schema: string,
  letters: readonly LetterRow[],
  gone: readonly string[],
): Promise<void> {
  const place = placeOf(schema);
  if (gone.length > 0) await client.query(`DELETE FROM ${place} WHERE id = ANY($1)`, [gone]);
  if (letters.length === 0) return;
  const values = columns.map(({ name }) => letters.map((row) => row[name]));
  const given = columns.map((_, at) => `$${at + 1}::text[]`).join(', ');
  const names = columns.map(({ name }) => name);
  await client.query(
    `INSERT INTO ${place} (${names.join(', ')})
     SELECT ${columns.map(({ name, type }) => `v.${name}::${type}`).join(', ')}
     FROM unnest(${given}) AS v (${names.join(', ')})
     ON CONFLICT (id) DO UPDATE SET ${names.map((name) => `${name} = excluded.${name}`).join(', ')}`,
    values,
  );
}

async function knownLetters(
  client: ClientBase,
  schema: string,
  { after, limit }: { after: string; limit: number },
): Promise<KnownLetter[]> {
  const { rows } = await client.query<KnownLetter>(
    `SELECT id, letter_version AS version FROM ${placeOf(schema)} WHERE id COLLATE "C" > $1
     ORDER BY id COLLATE "C" LIMIT $2`,
    [after, limit],
  );
  return rows;
}
