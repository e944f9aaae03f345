import { genericPointer, pointerOf, valueAt } from '../../../model/pointer.ts';
import { listedValues, schemasAt, typesOf } from '../../plans/schema-paths.ts';
import type { JsonObject } from '../../../model/json.ts';
import { type Candidate, wordsAt } from './candidates.ts';
import type { Search } from './search.ts';

/** A missing path, as words. */
export interface Target {
  /** With the indexes of arrays. */
  path: readonly string[];
  /** With `*` for them. */
  pointer: string;
  /** The innermost element of an array that it lies in; empty for none. */
  element: string;
  words: Candidate['words'];
  /** Whether few values fit there: it has a format or a pattern, or lists them. */
  isDistinctive: boolean;
  isFlag: boolean;
}

export function targetAt({ failure, own }: Search, path: readonly string[]): Target {
  const { event, contract } = failure;
  const pointer = genericPointer(pointerOf(path), event);
  return {
    path,
    pointer,
    element: elementOf(path, event),
    words: wordsAt(path, own),
    isDistinctive: isDistinctive(contract.jsonSchema, path),
    isFlag: isFlag(contract.jsonSchema, path),
  };
}

/** Whether a place takes nothing but true and false. */
export const isFlag = (jsonSchema: JsonObject, path: readonly string[]): boolean => {
  const types = new Set(schemasAt(jsonSchema, path).flatMap(typesOf));
  types.delete('null');
  return types.size === 1 && types.has('boolean');
};

/** Whether few values fit at a place: it has a format or a pattern, or lists them. */
export const isDistinctive = (jsonSchema: JsonObject, path: readonly string[]): boolean =>
  listedValues(jsonSchema, path).length > 0 ||
  schemasAt(jsonSchema, path).some(({ format, pattern }) => format !== undefined || pattern !== undefined);

/** The innermost element of an array that a path leads through; empty for none. */
export function elementOf(path: readonly string[], event: Search['failure']['event']): string {
  const depth = path.findLastIndex(
    (segment, at) => /^\d+$/.test(segment) && Array.isArray(valueAt(event, path.slice(0, at))),
  );
  return depth === -1 ? '' : pointerOf(path.slice(0, depth + 1));
}
