import type { JsonType } from '../../model/json.ts';

/** A field that events brought although their contract does not declare it. */
export interface DriftField {
  version: string;
  /** JSON Pointer, array indexes as `*`. */
  path: string;
  types: JsonType[];
  /** Events that had it, of those that were looked at. */
  count: number;
  /** ISO 8601 times. */
  first_seen: string;
  last_seen: string;
  sources: string[];
}

/** Of a contract. */
export const maxFields = 200;
/** Of a field. */
export const maxSources = 20;

/** What two lists say together of one contract's fields. Past the limit the rarest are left out, of these the oldest. */
export function mergeFields(one: readonly DriftField[], other: readonly DriftField[]): DriftField[] {
  const merged = new Map<string, DriftField>();
  for (const field of [...one, ...other]) {
    const key = `${field.version}\n${field.path}`;
    const before = merged.get(key);
    merged.set(key, before === undefined ? field : mergeField(before, field));
  }
  const fields = [...merged.values()];
  if (fields.length <= maxFields) return fields;
  return fields
    .toSorted((a, b) => b.count - a.count || (a.last_seen > b.last_seen ? -1 : 1))
    .slice(0, maxFields);
}

function mergeField(one: DriftField, other: DriftField): DriftField {
  return {
    ...one,
    types: [...new Set([...one.types, ...other.types])],
    count: one.count + other.count,
    first_seen: one.first_seen < other.first_seen ? one.first_seen : other.first_seen,
    last_seen: one.last_seen > other.last_seen ? one.last_seen : other.last_seen,
    sources: [...new Set([...one.sources, ...other.sources])].slice(0, maxSources),
  };
}
