import { type Json, type JsonObject, isObject } from '../../../model/json.ts';
import { type InPlaceOperation, transformOf } from '../../plans/in-place.ts';
import { listedValues, schemasAt, typesOf } from '../../plans/schema-paths.ts';
import { areUnits } from '../../plans/meaning/unit-symbols.ts';
import { castsFor } from './casts.ts';
import { booleanMap, spellingMap } from './enums.ts';
import { tokensOf } from './names.ts';

/** An in-place operation whose path is still to be said. */
export type Change = InPlaceOperation extends infer One
  ? One extends InPlaceOperation
    ? Omit<One, 'path'>
    : never
  : never;

/** Changes of form worth trying, each a list of operations on one field, so that the contract may take the value. */
export function* changesFor(
  jsonSchema: JsonObject,
  path: readonly string[],
  value: Json,
): Generator<Change[]> {
  const schemas = schemasAt(jsonSchema, path);
  const wanted = new Set(schemas.flatMap(typesOf));

  if (Array.isArray(value)) {
    const [inner, ...others] = value;
    if (inner === undefined || others.length > 0 || wanted.has('array')) return;
    yield [{ op: 'unwrap' }];
    for (const changes of changesFor(jsonSchema, path, inner)) yield [{ op: 'unwrap' }, ...changes];
    return;
  }
  if (typeof value === 'string' && (wanted.has('object') || wanted.has('array')) && /^\s*[[{]/.test(value)) {
    yield [{ op: 'parse' }];
    return;
  }
  if (wanted.has('array')) yield [{ op: 'wrap' }];
  if (isObject(value)) return;
  for (const wish of castsFor(value, schemas)) yield [{ op: 'cast', ...wish }];
  const truth = wanted.has('boolean') ? booleanMap(value) : undefined;
  if (truth !== undefined) yield [{ op: 'map', values: truth }];
  if (typeof value !== 'string') return;

  const listed = listedValues(jsonSchema, path);
  const field = tokensOf(path.findLast((segment) => !/^(\d+|\*)$/.test(segment)) ?? '');
  if ((listed.length > 0 && !tellByCase(listed, field)) || schemas.some(isLetterCode)) {
    yield [{ op: 'lower' }];
    yield [{ op: 'upper' }];
  }
  const values = spellingMap(value, listed, field);
  if (values !== undefined) yield [{ op: 'map', values }];
  if (value === value.trim()) return;
  yield [{ op: 'trim' }];
  for (const changes of changesFor(jsonSchema, path, value.trim())) yield [{ op: 'trim' }, ...changes];
}

/** What the changes make of a value; undefined when one of them can't be made. */
export function applyChanges(changes: readonly Change[], value: Json, zone?: Json): Json | undefined {
  let result = value;
  for (const change of changes) {
    const changed = transformOf(changeAt('', change))(result, zone);
    if (!changed.ok) return undefined;
    result = changed.value;
  }
  return result;
}

export const changeAt = (path: string, change: Change): InPlaceOperation => ({ ...change, path });

/** Whether the case of listed values counts: two of them differ in nothing else, or they are units. */
function tellByCase(listed: readonly Json[], field: readonly string[]): boolean {
  const members = listed.filter((member) => typeof member === 'string');
  const folded = new Set(members.map((member) => member.toLowerCase()));
  return folded.size < new Set(members).size || areUnits(members, field);
}

/** Codes of letters in one case, such as those of currencies and countries. Elsewhere case may tell values apart. */
function isLetterCode({ pattern }: JsonObject): boolean {
  return typeof pattern === 'string' && /^\^\[(A-Z|a-z)\]\{\d(,\d)?\}\$$/.test(pattern);
}
