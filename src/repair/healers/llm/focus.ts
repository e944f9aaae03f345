import type { JsonObject } from '../../../model/json.ts';
import { undeclaredFields } from '../../../validate/signature.ts';
import type { Violation } from '../../../model/violation.ts';
import { genericPointer, pointerOf, segmentsOf } from '../../../model/pointer.ts';
import { isDeclared, listedValues } from '../../plans/schema-paths.ts';

/** What a failure is about: the places that break the contract, and those that it does not declare. */
export interface Focus {
  readonly jsonSchema: JsonObject;
  /** True for a place that leads to a violation or an undeclared field. */
  leadsThere(path: readonly string[]): boolean;
  /** True at and below a violation. */
  isBroken(path: readonly string[]): boolean;
  /** True for a declared place that the failure does not touch. */
  isUnrelated(path: readonly string[]): boolean;
  /** The member of an enum, asked for where the event fails, that the text is but for case and separators. */
  contractWord(text: string, path: readonly string[]): string | undefined;
}

const longestWord = 40;
const maxWords = 500;

export function focusOf(
  event: JsonObject,
  jsonSchema: JsonObject,
  violations: readonly Pick<Violation, 'path'>[],
): Focus {
  const broken = violations.map(({ path }) => segmentsOf(genericPointer(path, event)));
  const undeclared = undeclaredFields(event, jsonSchema).map(({ path }) => segmentsOf(path));
  const onTheWay = new Set<string>();
  for (const path of [...broken, ...undeclared])
    for (let length = 0; length <= path.length; length++) onTheWay.add(pointerOf(path.slice(0, length)));
  const brokenPointers = new Set(broken.map(pointerOf));

  const words = new Map<string, string>();
  for (const path of broken)
    for (const word of listedValues(jsonSchema, path))
      if (typeof word === 'string' && word.length <= longestWord && words.size < maxWords)
        words.set(folded(word), word);

  const isBroken = (path: readonly string[]): boolean =>
    path.some((_, index) => brokenPointers.has(pointerOf(path.slice(0, index + 1))));

  return {
    jsonSchema,
    leadsThere: (path) => onTheWay.has(pointerOf(path)),
    isBroken,
    isUnrelated: (path) => !onTheWay.has(pointerOf(path)) && !isBroken(path) && isDeclared(jsonSchema, path),
    contractWord(text, path) {
      if (words.size === 0 || text.length > longestWord) return undefined;
      const word = words.get(folded(text));
      return word !== undefined && (isBroken(path) || !isDeclared(jsonSchema, path)) ? word : undefined;
    },
  };
}

const folded = (word: string): string => word.toLowerCase().replace(/[\s_.-]/g, '');
