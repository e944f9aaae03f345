import { type HeldTexts, type MayHold, spellingsOf } from '../../erasing.ts';
import type { Question } from './question.ts';

/** See `Erasing`: what may hold the text in one of these columns of a place (SQL), in the order of the request ids in `id`. */
export async function findTexts(
  { ask, value, identifier }: Question,
  { place, id, columns }: { place: string; id: string; columns: readonly string[] },
  { text, after, limit }: MayHold,
): Promise<HeldTexts[]> {
  if (columns.length === 0) return [];
  const spellings = spellingsOf(text).map(value);
  const texts = columns.map((column) => `${identifier(column)}::text`);
  const may = texts.flatMap((column) => spellings.map((spelling) => `strpos(${column}, ${spelling}) > 0`));
  const behind = after === undefined ? '' : `AND ${id} > ${value(after)}::uuid`;
  const rows = await ask(
    `SELECT ${id}::text, ${texts.join(', ')} FROM ${place} WHERE (${may.join(' OR ')}) ${behind} ORDER BY ${id} LIMIT ${limit}`,
  );
  return rows.map(([requestId, ...cells]) => ({
    requestId: requestId ?? '',
    texts: Object.fromEntries(columns.map((column, at) => [column, cells[at] ?? null])),
  }));
}

/** Likewise in what is kept beside the rows. */
export const findTextsBeside = (
  question: Question,
  { of, ...asked }: MayHold & { of: 'repairs' | 'repeats' },
): Promise<HeldTexts[]> =>
  of === 'repairs'
    ? findTexts(
        question,
        { place: question.place('_sentinel_repairs'), id: 'request_id', columns: ['original', 'result'] },
        asked,
      )
    : findTexts(
        question,
        { place: question.place('_sentinel_duplicates'), id: 'request_id', columns: ['event', 'table_name'] },
        asked,
      );
