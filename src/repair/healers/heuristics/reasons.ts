import { type Json, isObject } from '../../../model/json.ts';
import { pointerOf, segmentsOf, valueAt } from '../../../model/pointer.ts';
import { mayBeGrouped } from '../../plans/cast.ts';
import { schemasAt, typesOf } from '../../plans/schema-paths.ts';
import type { Candidate } from './candidates.ts';
import { listElementOf } from './flat-lists.ts';
import { mayReadAlike } from './likeness.ts';
import type { Search } from './search.ts';
import type { Target } from './target.ts';

/** Why no field was taken for a missing one, and what a person can do. Names fields and kinds of values, never a value. */
export function whyMissing(search: Search, target: Target, rivals: readonly Candidate[]): string {
  const { path, pointer, words } = target;
  if (valueAt(search.failure.event, path) === null)
    return `${pointer} is null, where the contract takes ${wantedAt(search, path)}: allow null in the contract, or have the sender leave the field out`;
  const element = search.candidates.find((candidate) => listElementOf(search, candidate, path));
  if (element !== undefined)
    return `${pointer} is missing, and ${element.pointer} is called as a field of its elements: have the sender send a list`;
  const named = rivals.slice(0, mostNamed).map((rival) => rival.pointer);
  if (named.length > 0) {
    const [may, name] = named.length === 1 ? ['may be it', 'its name'] : ['may each be it', 'their names'];
    return `${pointer} is missing, and ${named.join(' and ')} ${may}, but ${name} can mean something else: if it is the same, ${remedy}`;
  }
  const around = pointerOf(path.slice(0, -1));
  const alike = search.candidates.find(
    (candidate) =>
      pointerOf(candidate.path.slice(0, -1)) === around && mayReadAlike(candidate.words.leaf, words.leaf),
  );
  return alike === undefined
    ? `${pointer} is missing, and no other field is named like it and fits`
    : `${pointer} is missing, and ${alike.pointer} has another name, or a value that does not fit: if it is the same, ${remedy}`;
}

const remedy = 'make it an alias, or correct one letter and replay its group';
const mostNamed = 3;

/** What stands in the way of a value that has another form. */
export function whyUnfit(search: Search, value: Json, pointer: string): string {
  const path = segmentsOf(pointer);
  const schemas = schemasAt(search.failure.contract.jsonSchema, path);
  const isNumber = schemas.some(
    (schema) => schema['format'] === 'decimal' || typesOf(schema).includes('number'),
  );
  if (isObject(value)) {
    const fields = Object.keys(value)
      .slice(0, mostNamed)
      .map((name) => pointerOf([...path, name]));
    return `${pointer} holds ${fields.length === 0 ? 'an empty object' : fields.join(', ')}, where the contract takes ${wantedAt(search, path)}`;
  }
  if (!isNumber || !mayBeGrouped(value)) return `${pointer} has a value that no lossless change makes fit`;
  const sign = JSON.stringify(value).includes(',') ? 'comma' : 'point';
  return `${pointer} is a number with one ${sign} before three digits: it may be thousands or decimals; if they are decimals, correct one such event; if they are thousands, export the group, correct the file, and import it`;
}

/** What the contract takes at a path. */
function wantedAt({ failure }: Search, path: readonly string[]): string {
  const types = [...new Set(schemasAt(failure.contract.jsonSchema, path).flatMap(typesOf))];
  if (types.length === 0) return 'something else';
  return types.map((type) => (/^[aeio]/.test(type) ? `an ${type}` : `a ${type}`)).join(' or ');
}
