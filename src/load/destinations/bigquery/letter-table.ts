import {
  type KnownLetter,
  type LetterRow,
  letterColumnNames,
  letterColumns,
  letterTable,
} from '../../letter-table.ts';
import { type Api, type TableSpec, cell } from './api.ts';
import type { Field } from './types.ts';

// JSON as text, which JSON_VALUE reads as well: a load job would round the numbers of a JSON column.
const types = { text: 'STRING', json: 'STRING', time: 'TIMESTAMP' } as const;
const fields = letterColumnNames.map((name): Field => ({ name, type: types[letterColumns[name]] }));
export const letterTableSpec: TableSpec = { fields, clusterBy: ['status', 'contract'] };

/** Not in one transaction, as a load job is in none: a letter that changes is missing for a moment. */
export async function writeLetterRows(
  api: Api,
  letters: readonly LetterRow[],
  gone: readonly string[],
): Promise<void> {
  const ids = [...letters.map(({ id }) => id!), ...gone];
  if (ids.length === 0) return;
  await api.run(`DELETE FROM ${api.table(letterTable)} WHERE id IN UNNEST(@ids)`, { ids });
  if (letters.length === 0) return;
  await api.load(letterTable, fields, letters.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

export async function knownLetters(
  api: Api,
  { after, limit }: { after: string; limit: number },
): Promise<KnownLetter[]> {
  const rows = await api.run(
    `SELECT t.id, MAX(t.letter_version), COUNT(*) FROM ${api.table(letterTable)} t WHERE t.id > @after
     GROUP BY t.id ORDER BY t.id LIMIT ${limit}`,
    { after },
  );
  // A load whose answer was lost is there twice: no version, so it is written anew.
  return rows.map(([id, version, count]) => ({ id: cell(id), version: count === '1' ? cell(version) : '' }));
}
