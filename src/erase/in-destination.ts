import { columnPointer } from '../contracts/mapping.ts';
import type { Table } from '../load/destination.ts';
import type { Erased, Erasing, HeldTexts } from '../load/erasing.ts';
import { parseExact } from '../model/exact-json.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { segmentsOf } from '../model/pointer.ts';
import type { Reached } from './eraser.ts';
import { type Where, isTextAbout, saysAt } from './meant.ts';

/** What goes, by kind. */
export interface ErasedPart {
  rows: number;
  tables: { table: string; rows: number }[];
  /** Repairs whose originals go. */
  originals: number;
  /** Changed repeats that lose what they said. */
  repeats: number;
}

interface Found {
  part: ErasedPart;
  erased: Omit<Erased, 'barred'>;
}

const pageLength = 1000;
const atOnce = 500;

export async function findIn(
  erasing: Erasing,
  specs: readonly Table[],
  where: Where,
  leftOut: ReadonlySet<string>,
): Promise<Found> {
  const rows: Erased['rows'][number][] = [];
  for (const table of await erasing.tables()) {
    if (leftOut.has(table)) continue;
    const spec = specs.find(({ name }) => name.toLowerCase() === table.toLowerCase());
    const place = columnPointer(spec?.columns ?? [], where.path);
    const columns = [segmentsOf(place)[0] ?? '', '_extra'];
    const pages = pagesOf((page) => erasing.rows({ table, columns, text: where.text, ...page }));
    for await (const { requestId, texts } of pages)
      if (rowSays(texts, place, where)) rows.push({ table, requestId });
  }
  const gone = new Set(rows.map(({ requestId }) => requestId));
  const places = new Map(specs.map(({ name, columns }) => [name, columnPointer(columns, where.path)]));
  const ask = (of: 'repairs' | 'repeats') =>
    pagesOf((page) => erasing.originals({ of, text: where.text, ...page }));
  const originals: string[] = [];
  for await (const { requestId, texts } of ask('repairs'))
    if (Object.values(texts).some((text) => text !== null && isTextAbout(text, where)))
      originals.push(requestId);
  const repeats: string[] = [];
  for await (const { requestId, texts } of ask('repeats')) {
    const { event, table_name: table } = texts;
    if (event === null || event === undefined) continue;
    const path = places.get(table ?? '') ?? where.path;
    if (isTextAbout(event, where) || saysAt(parseExact(event), { ...where, path })) repeats.push(requestId);
  }
  const tables = new Map<string, number>();
  for (const { table } of rows) tables.set(table, (tables.get(table) ?? 0) + 1);
  return {
    part: {
      rows: rows.length,
      tables: Array.from(tables, ([table, count]) => ({ table, rows: count })),
      originals: originals.length,
      repeats: repeats.length,
    },
    erased: { rows, emptied: [...originals.filter((id) => !gone.has(id)), ...repeats] },
  };
}

/** Bounded transactions, each in its turn with the batches of events. */
export async function eraseFrom({ destination, loading }: Reached, erased: Erased): Promise<void> {
  const { erasing, originals } = destination;
  const { rows, emptied, barred } = erased;
  const longest = Math.max(rows.length, emptied.length, barred.length);
  for (let from = 0; from < longest; from += atOnce) {
    const part = {
      rows: rows.slice(from, from + atOnce),
      emptied: emptied.slice(from, from + atOnce),
      barred: barred.slice(from, from + atOnce),
    };
    await loading.inTurn('an erasure', () => erasing!.remove(part), { failOnTableFault: true });
  }
  if (longest > 0) await originals?.reclaim?.();
}

async function* pagesOf(
  ask: (page: { after: string | undefined; limit: number }) => Promise<HeldTexts[]>,
): AsyncGenerator<HeldTexts> {
  for (let after: string | undefined; ;) {
    const page = await ask({ after, limit: pageLength });
    yield* page;
    if (page.length < pageLength) return;
    after = page.at(-1)!.requestId;
  }
}

/** The row as an event: the text of a column is a value, or JSON, and undeclared fields stand in `_extra`. */
function rowSays(texts: HeldTexts['texts'], place: string, where: Where): boolean {
  const extra = jsonIn(texts['_extra'] ?? null);
  if (extra !== undefined && saysAt(extra, where)) return true;
  const [name = ''] = segmentsOf(place);
  const found = Object.entries(texts).find(([column]) => column === name)?.[1] ?? null;
  if (found === null) return false;
  const row = (value: Json): JsonObject => ({ [name]: value });
  const json = jsonIn(found);
  const says = (value: Json) => saysAt(row(value), { ...where, path: place });
  return says(found) || (json !== undefined && says(json));
}

function jsonIn(text: string | null): Json | undefined {
  if (text === null) return undefined;
  try {
    return parseExact(text);
  } catch {
    return undefined;
  }
}
