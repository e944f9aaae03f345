import type { DeadLetter } from '../model/dead-letter.ts';
import { parseExact } from '../model/exact-json.ts';
import type { Json } from '../model/json.ts';
import { segmentsOf, valueAt } from '../model/pointer.ts';
import { withStars } from '../validate/signature.ts';
import type { DeadLetterCounts } from './counts.ts';
import type { DeadLetterStore } from './store.ts';

/** What a failing field held in the letters of a group. */
export interface FieldValues {
  /** JSON Pointer, array indexes as `*`. */
  path: string;
  code: string;
  /** The most frequent values, as JSON text, cut; `value` is absent where the field was. */
  values: { value?: string; count: number }[];
  /** Different values; more than are listed, perhaps. */
  distinct: number;
}

export interface GroupValues {
  /** The newest letters of the group that were looked at. */
  looked: number;
  fields: FieldValues[];
}

const mostLookedAt = 500;
const mostFields = 20;
const mostValues = 10;
const mostCharacters = 120;

/** Counts the values of the fields that fail, in the newest letters of a group. `mask` hides what is private. */
export async function groupValues(
  {
    letters,
    deadLetters,
  }: { letters: Pick<DeadLetterStore, 'get'>; deadLetters: Pick<DeadLetterCounts, 'newest'> },
  group: { signature: string; contract?: string; source?: string },
  mask: (letter: DeadLetter) => DeadLetter,
): Promise<GroupValues> {
  const counted = new Map<string, { path: string; code: string; values: Map<string | undefined, number> }>();
  let looked = 0;
  for (const { id } of deadLetters.newest({ ...group, statuses: ['open'] }, mostLookedAt)) {
    const letter = await letters.get(id);
    if (letter?.status !== 'open' || letter.signature !== group.signature) continue;
    looked++;
    const event = parseExact(mask(letter).raw);
    for (const { path, code } of letter.violations) {
      const generic = withStars(path);
      const key = `${generic} ${code}`;
      if (!counted.has(key) && counted.size === mostFields) continue;
      const field = counted.get(key) ?? {
        path: generic,
        code,
        values: new Map<string | undefined, number>(),
      };
      counted.set(key, field);
      const value = textOf(valueAt(event, segmentsOf(path)));
      field.values.set(value, (field.values.get(value) ?? 0) + 1);
    }
  }
  return { looked, fields: [...counted.values()].map(summary) };
}

function summary({
  path,
  code,
  values,
}: {
  path: string;
  code: string;
  values: ReadonlyMap<string | undefined, number>;
}): FieldValues {
  const sorted = [...values].toSorted(([, a], [, b]) => b - a);
  return {
    path,
    code,
    values: sorted.slice(0, mostValues).map(([value, count]) => ({ value, count })),
    distinct: values.size,
  };
}

function textOf(value: Json | undefined): string | undefined {
  if (value === undefined) return undefined;
  const text = JSON.stringify(value);
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters)}…` : text;
}
