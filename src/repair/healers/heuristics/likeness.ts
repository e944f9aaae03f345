import type { Contract } from '../../../contracts/contract.ts';
import type { Pointer } from '../../../model/plan.ts';
import { segmentsOf } from '../../../model/pointer.ts';
import { type NameEvidence, another, compareNames } from './compare.ts';
import { ownNamesOf, telling } from './containers.ts';
import { isDistinctive, isFlag } from './target.ts';
import { differInUnit, isPlural } from './name-form.ts';
import { foldedName, wordsOf } from './names.ts';
import { differingWord, mayBeMisspelling } from './spelling.ts';
import { isOfAct } from './words.ts';

/**
 * How well the name of one place reads as that of another, whatever the event and its other fields: for plans that someone
 * else has proposed. `*` stands for the indexes of arrays in both.
 */
export function likeness(from: Pointer, to: Pointer, contract: Contract): NameEvidence {
  const [source, target] = [segmentsOf(from), segmentsOf(to)];
  const own = ownNamesOf(contract);
  const isNamed = (name: string) =>
    name === from || foldedName(wordsOf(name)) === foldedName(wordsOf(leafOf(source)));
  if (contract.aliases[to]?.some(isNamed) === true) return { score: 1, reason: 'an alias of the contract' };
  if (differInUnit(leafOf(source), leafOf(target))) return { score: 0, reason: 'another unit' };
  const context = {
    own,
    isOfAct: isOfAct(own),
    isDistinctive: isDistinctive(contract.jsonSchema, target),
    isFlag: isFlag(contract.jsonSchema, target),
  };
  const words = (path: readonly string[]) => [
    path.filter((segment) => !/^(\d+|\*)$/.test(segment)).flatMap(wordsOf),
    telling(path, own).flatMap(wordsOf),
  ];
  let best = another;
  for (const [index, found] of words(source).entries()) {
    const evidence = compareNames(found, words(target)[index]!, context);
    if (evidence.score > best.score) best = evidence;
  }
  return best;
}

const leafOf = (path: readonly string[]): string => path.findLast((segment) => segment !== '*') ?? '';

/** So good has the evidence of a name to be for the healers to take a field for another, by default. */
export const enough = 0.8;

/** The fields of an object that a name beside them may be misspelt, also where that is too little to prove anything. */
export function misspeltBeside(names: readonly string[]): (key: string) => string[] {
  const fields = names.map((name) => ({ name, words: wordsOf(name) }));
  return (key) => {
    const words = wordsOf(key);
    return fields
      .filter(({ name, words: meant }) => {
        if (!mayReadAlike(words, meant) || isPlural(key) !== isPlural(name)) return false;
        const differing = differingWord(key, name);
        return (
          differing !== undefined && mayBeMisspelling(differing.typed, differing.right, differing.nameLength)
        );
      })
      .map(({ name }) => name);
  };
}

/** Cheaply, as a sender may make up names: whether two have a word in common, or may be one in another spelling. */
export function mayReadAlike(words: readonly string[], meant: readonly string[]): boolean {
  if (meant.some((word) => words.includes(word))) return true;
  return words.length === meant.length && meant.every((word, at) => mayBeOneWord(words[at]!, word));
}

/** One is the other with letters left out, or with two of them changed at most. */
function mayBeOneWord(one: string, other: string): boolean {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  if (short[0] !== long[0]) return false;
  let [found, changed] = [0, 0];
  for (let at = 0; at < long.length; at++) {
    if (short[found] === long[at]) found++;
    if (short[at] !== long[at]) changed++;
  }
  return found === short.length || (short.length === long.length && changed <= 2);
}
