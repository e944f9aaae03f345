import type { Contract } from '../../../contracts/contract.ts';
import type { Json, JsonObject } from '../../../json.ts';
import { cast } from '../../cast.ts';
import { Draft, sameJson } from '../../draft.ts';
import { type InPlaceOperation, transformOf } from '../../in-place.ts';
import { type CastType, type Operation, castTypes } from '../../plan.ts';
import { pointerOf } from '../../pointer.ts';
import { listedValues, schemasAt, typesOf } from '../../schema-paths.ts';

export type ValueFit =
  /** The operations that make the value fit; none when it does as it is. */
  | { kind: 'fits'; operations: Operation[] }
  /** Several ways, with different results. */
  | { kind: 'ambiguous' }
  | { kind: 'none' };

/** Formats in which dates are commonly written, beside ISO 8601. */
const dateFormats = [
  'DD/MM/YYYY',
  'MM/DD/YYYY',
  'YYYY/MM/DD',
  'DD.MM.YYYY',
  'DD-MM-YYYY',
  'MM-DD-YYYY',
  'DD/MM/YYYY HH:mm',
  'MM/DD/YYYY HH:mm',
  'DD/MM/YYYY HH:mm:ss',
  'MM/DD/YYYY HH:mm:ss',
  'YYYY/MM/DD HH:mm:ss',
  'DD.MM.YYYY HH:mm',
  'DD.MM.YYYY HH:mm:ss',
  'YYYYMMDD',
];

/**
 * How a value can stand at a path of the contract, without losing or guessing: as it is, or after one lossless change of
 * its form. When two changes fit and give different values, nobody can tell which is meant.
 */
export function fitValue(
  contract: Contract,
  event: JsonObject,
  path: readonly string[],
  value: Json,
): ValueFit {
  if (fits(contract, event, path, value)) return { kind: 'fits', operations: [] };
  const working: { operations: InPlaceOperation[]; result: Json }[] = [];
  for (const operations of changesFor(contract, path, value)) {
    const result = applyAll(operations, value);
    if (result === undefined || !fits(contract, event, path, result)) continue;
    if (!working.some((other) => sameJson(other.result, result))) working.push({ operations, result });
  }
  const [only, ...others] = working;
  if (only === undefined) return { kind: 'none' };
  return others.length === 0 ? { kind: 'fits', operations: only.operations } : { kind: 'ambiguous' };
}

/** Whether the contract has nothing against this value at this path, whatever else is wrong with the event. */
function fits(contract: Contract, event: JsonObject, path: readonly string[], value: Json): boolean {
  const draft = new Draft(event);
  if (!draft.set(path, value)) return false;
  const validation = contract.validate(draft.value);
  if (validation.ok) return true;
  const pointer = pointerOf(path);
  return !validation.violations.some(({ path: at }) => at === pointer || at.startsWith(`${pointer}/`));
}

function applyAll(operations: readonly InPlaceOperation[], value: Json): Json | undefined {
  let result = value;
  for (const operation of operations) {
    const changed = transformOf(operation)(result);
    if (!changed.ok) return undefined;
    result = changed.value;
  }
  return result;
}

/** Changes worth trying, each a list of operations on the path. */
function* changesFor(
  contract: Contract,
  path: readonly string[],
  value: Json,
): Generator<InPlaceOperation[]> {
  const pointer = pointerOf(path);
  const schemas = schemasAt(contract.jsonSchema, path);
  const wanted = new Set(schemas.flatMap(typesOf));

  if (Array.isArray(value) && value.length === 1 && !wanted.has('array')) {
    const inner = value[0]!;
    yield [{ op: 'unwrap', path: pointer }];
    for (const operations of changesFor(contract, path, inner))
      yield [{ op: 'unwrap', path: pointer }, ...operations];
    return;
  }
  if (wanted.has('array') && !Array.isArray(value)) yield [{ op: 'wrap', path: pointer }];

  for (const { to, format } of castsFor(value))
    yield [{ op: 'cast', path: pointer, to, ...(format === undefined ? undefined : { format }) }];

  if (typeof value !== 'string') return;
  if (wanted.has('object') || wanted.has('array')) yield [{ op: 'parse', path: pointer }];
  const member = sameMember(value, listedValues(contract.jsonSchema, path));
  if (member !== undefined) yield [{ op: 'map', path: pointer, values: { [value]: member } }];
  if (value !== value.trim()) {
    yield [{ op: 'trim', path: pointer }];
    for (const { to, format } of castsFor(value.trim()))
      yield [
        { op: 'trim', path: pointer },
        { op: 'cast', path: pointer, to, ...(format === undefined ? undefined : { format }) },
      ];
  }
  if (schemas.some((schema) => 'pattern' in schema && !('format' in schema))) {
    yield [{ op: 'upper', path: pointer }];
    yield [{ op: 'lower', path: pointer }];
  }
}

function castsFor(value: Json): { to: CastType; format?: string }[] {
  const casts: { to: CastType; format?: string }[] = castTypes.map((to) => ({ to }));
  if (typeof value === 'string') {
    for (const to of ['number', 'decimal'] as const)
      for (const format of ['1,234.56', '1.234,56']) if (isGrouped(value)) casts.push({ to, format });
    for (const to of ['datetime', 'date'] as const)
      for (const format of dateFormats) casts.push({ to, format });
  }
  if (typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value))) {
    const digits = String(value).length;
    if (digits === 10) casts.push({ to: 'datetime', format: 'unix' });
    if (digits === 13) casts.push({ to: 'datetime', format: 'unix_ms' });
  }
  return casts.filter(({ to, format }) => cast(value, to, format).ok);
}

/** With both signs the number tells its own format; `1,234` does not. */
function isGrouped(text: string): boolean {
  return text.includes(',') && text.includes('.');
}

/** The one listed value that differs only in case, white space and separators. */
function sameMember(value: string, listed: readonly Json[]): string | number | boolean | undefined {
  const fold = (text: string) =>
    text
      .toLowerCase()
      .replace(/[\s_-]+/g, '');
  const members = [...new Set(listed)].filter(
    (member): member is string => typeof member === 'string' && fold(member) === fold(value),
  );
  return members.length === 1 ? members[0] : undefined;
}
