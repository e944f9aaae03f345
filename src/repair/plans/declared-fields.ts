import { addTo } from '../../support/add-to.ts';
import type { Contract } from '../../contracts/contract.ts';
import { pointerOf } from '../../model/pointer.ts';
import { type Candidate, wordsAt } from '../healers/heuristics/candidates.ts';
import { inUsualForm } from '../healers/heuristics/compare.ts';
import type { OwnNames } from '../healers/heuristics/containers.ts';
import { declaredPaths } from '../healers/heuristics/declared.ts';
import { mayReadAlike } from '../healers/heuristics/likeness.ts';
import { foldedName } from '../healers/heuristics/names.ts';
import { isDistinctive, isFlag } from '../healers/heuristics/target.ts';
import { moments } from '../healers/heuristics/words.ts';
import {
  type Beside,
  type DeclaredField,
  type Related,
  besideIn,
  nothingBeside,
  relatedTo,
} from './related-fields.ts';
import { schemasAt, typesOf } from './schema-paths.ts';

/** The fields of a contract, found by what other names have in common with theirs. */
export interface DeclaredFields {
  /** All words of their paths. */
  words: ReadonlySet<string>;
  /** Those whose names a field of such a name has to be compared with. */
  alike(candidate: Candidate): DeclaredField[];
  /** Those beside it that it may be by a convention, together with another, or in pieces. */
  related(candidate: Candidate): Related;
}

/** Of very large contracts, the fields near the top. */
const maxFields = 1000;

export function declaredFields(contract: Contract, own: OwnNames): DeclaredFields {
  const targets = declaredPaths(contract.jsonSchema)
    .filter((path) => path.at(-1) !== '*')
    .slice(0, maxFields)
    .map((path) => targetOf(contract, path, own));
  const byObject = new Map<string, DeclaredField[]>();
  for (const target of targets) addTo(byObject, pointerOf(target.path.slice(0, -1)), target);
  const fieldsOf = (object: string) => byObject.get(object) ?? none;
  const known = new Map<string, Beside>();
  const besideOf = (object: string): Beside => {
    if (!byObject.has(object)) return nothingBeside;
    let beside = known.get(object);
    if (beside === undefined) known.set(object, (beside = besideIn(fieldsOf(object), contract, fieldsOf)));
    return beside;
  };
  return {
    words: new Set(targets.flatMap(({ words }) => words.full)),
    alike: indexOf(targets, contract),
    related: (candidate) => relatedTo(candidate, own, besideOf),
  };
}

const none: readonly DeclaredField[] = [];

function targetOf({ jsonSchema }: Contract, path: string[], own: OwnNames): DeclaredField {
  return {
    path,
    pointer: pointerOf(path),
    element: '',
    words: wordsAt(
      path.map((segment) => (segment === '*' ? '0' : segment)),
      own,
    ),
    isDistinctive: isDistinctive(jsonSchema, path),
    isFlag: isFlag(jsonSchema, path),
    types: new Set(schemasAt(jsonSchema, path).flatMap(typesOf)),
  };
}

/** The innermost list that a path lies in, with the stars of those around it; empty for none. */
const listOf = (pointer: string): string =>
  pointer.slice(0, pointer.lastIndexOf('/*') + 2).replace(/^\/$/, '');

/** The words by which names are told apart, in their usual form. */
const telling = (words: readonly string[]): string[] => {
  const told = inUsualForm(words).filter((word) => !moments.has(word));
  return [...new Set(told.length > 0 ? told : words)];
};

/** By the words that two names need to share; all that may be one in another spelling has as many words, and begins alike. */
function indexOf(
  targets: readonly DeclaredField[],
  { aliases }: Contract,
): (candidate: Candidate) => DeclaredField[] {
  const byWord = new Map<string, { target: DeclaredField; isShort: boolean }[]>();
  const byFold = new Map<string, DeclaredField[]>();
  const byStart = new Map<string, DeclaredField[]>();
  const short = new Map<DeclaredField, number>();
  const startOf = (words: readonly string[]) => `${words.length} ${words[0]?.[0] ?? ''}`;
  for (const target of targets) {
    const mine = telling(target.words.short);
    short.set(target, mine.length);
    for (const word of new Set([...mine, ...telling(target.words.full)]))
      addTo(byWord, word, { target, isShort: mine.includes(word) });
    addTo(byFold, foldedName(target.words.short), target);
    addTo(byFold, foldedName(target.words.leaf), target);
    addTo(byStart, startOf(target.words.short), target);
  }
  const aliased = targets.filter(({ pointer }) => aliases[pointer] !== undefined);

  return ({ pointer, words }) => {
    const [mine, all] = [telling(words.short), telling(words.full)];
    const found = new Set<DeclaredField>(aliased);
    const shared = new Map<DeclaredField, { short: number; mine: number }>();
    for (const word of new Set([...mine, ...all]))
      for (const { target, isShort } of byWord.get(word) ?? []) {
        const count = shared.get(target) ?? { short: 0, mine: 0 };
        if (isShort) count.short++;
        if (mine.includes(word)) count.mine++;
        shared.set(target, count);
      }
    for (const [target, count] of shared)
      if (count.short === short.get(target) || count.mine === mine.length) found.add(target);
    for (const fold of [foldedName(words.short), foldedName(words.leaf)])
      for (const target of byFold.get(fold) ?? []) found.add(target);
    for (const target of byStart.get(startOf(words.short)) ?? [])
      if (mayReadAlike(words.short, target.words.short)) found.add(target);
    const list = listOf(pointer);
    return [...found].filter((target) => listOf(target.pointer) === list);
  };
}
