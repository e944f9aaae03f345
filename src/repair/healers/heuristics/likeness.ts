import type { Contract } from '../../../contracts/contract.ts';
import type { Pointer } from '../../../model/plan.ts';
import { segmentsOf } from '../../../model/pointer.ts';
import { type NameEvidence, another, compareNames } from './compare.ts';
import { ownNamesOf, telling } from './containers.ts';
import { isDistinctive, isFlag } from './evidence.ts';
import { differInUnit } from './name-form.ts';
import { foldedName, wordsOf } from './names.ts';
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
