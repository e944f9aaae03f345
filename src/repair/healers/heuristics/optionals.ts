import { isBelow, pointerOf, valueAt } from '../../../model/pointer.ts';
import type { Candidate } from './candidates.ts';
import { supports } from './compare.ts';
import { fieldsOf } from './declared.ts';
import { nameEvidence } from './evidence.ts';
import { foldedName, tokensOf, wordsOf } from './names.ts';
import type { Found, Search } from './search.ts';
import { type Target, targetAt } from './target.ts';
import { commonplace, measures } from './words.ts';

/**
 * A field that may be an optional one beside it, whether its value fits or is broken as well. Nothing forces a decision, so
 * the name must be the very same to move it; but half a repair would look whole.
 */
export function doubtfulOf(
  search: Search,
  candidate: Candidate,
  filled: readonly string[],
  abbreviates: boolean,
): Found | undefined {
  if (candidate.value === null) return undefined;
  const [target] = optionalsLike(search, candidate, filled, abbreviates);
  if (target === undefined) return undefined;
  const reason = `${candidate.pointer} may be the optional ${target.pointer}: make it an alias, or declare it`;
  return { ok: false, reason };
}

/**
 * The absent optional fields beside a field that its name may mean: another spelling, or a word more that tells nothing;
 * of a sender that abbreviates, any name with letters left out.
 */
export function* optionalsLike(
  search: Search,
  candidate: Candidate,
  filled: readonly string[],
  abbreviates: boolean,
): Generator<Target> {
  if (candidate.container !== undefined) return;
  yield* optionalsDeeper(search, candidate, filled);
  const [initial] = foldedName(candidate.words.leaf);
  for (const target of absentBeside(search, candidate.path.slice(0, -1))) {
    const { leaf } = target.words;
    // A slip, a short form and another spelling begin alike; all else has a word in common.
    const mayBe =
      initial === foldedName(leaf)[0] ||
      leaf.some((word) => candidate.words.leaf.includes(word)) ||
      search.failure.contract.aliases[target.pointer] !== undefined;
    if (!mayBe || filled.includes(target.pointer)) continue;
    const { score } = nameEvidence(search, candidate, target);
    if (score >= Math.min(supports, search.threshold) || isLonger(candidate.words.leaf, leaf)) yield target;
    else if (isSpelledAlike(candidate, target)) yield target;
    else if (abbreviates && isShortened(candidate.path.at(-1)!, target.path.at(-1)!)) yield target;
  }
}

/** `customer_city` may be the `city` in the `address` of the `customer`: the name leaves out an object between. */
function* optionalsDeeper(
  search: Search,
  { path, words: { leaf } }: Candidate,
  filled: readonly string[],
): Generator<Target> {
  const around = path.slice(0, -1);
  for (let split = 1; split < leaf.length; split++) {
    const [object, field] = [foldedName(leaf.slice(0, split)), foldedName(leaf.slice(split))];
    for (const declared of search.declared.endingIn(field)) {
      const isWithin =
        declared.length > around.length + 2 && isBelow(declared, around) && !declared.includes('*');
      const between = declared.slice(around.length, -1);
      if (!isWithin || !between.some((name) => foldedName(wordsOf(name)) === object)) continue;
      if (valueAt(search.failure.event, declared) !== undefined) continue;
      const target = targetAt(search, declared);
      if (!filled.includes(target.pointer)) yield target;
    }
  }
}

/** Whether two names are the same but for accents, which may make another word: `paye` and `payé`. */
const isSpelledAlike = (candidate: Candidate, target: Target): boolean =>
  plainLetters(candidate.path.at(-1)!) === plainLetters(target.path.at(-1)!);

const plainLetters = (name: string): string =>
  name
    .slice(0, 128)
    .normalize('NFD')
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
    .toLowerCase();

/** Whether a name is another one with letters left out of its words: `stat` of a `status`. */
export function isShortened(name: string, full: string): boolean {
  const [short, long] = [name, full].map((one) => tokensOf(one).map((token) => token.toLowerCase()));
  return (
    short!.length === long!.length &&
    short!.join('').length < long!.join('').length &&
    short!.every((word, at) => isSubsequence(word, long![at]!))
  );
}

function isSubsequence(letters: string, of: string): boolean {
  if (letters[0] !== of[0]) return false;
  let found = 0;
  for (const letter of of) if (letter === letters[found]) found++;
  return found === letters.length;
}

/** The declared fields of an object that the event does not have; worked out once for all that stands beside them. */
function absentBeside(search: Search, around: readonly string[]): readonly Target[] {
  const { event, contract } = search.failure;
  const key = pointerOf(around);
  let places = absent.get(search);
  if (places === undefined) absent.set(search, (places = new Map<string, readonly Target[]>()));
  let targets = places.get(key);
  if (targets === undefined) {
    targets = fieldsOf(contract.jsonSchema, around)
      .names.map((name) => [...around, name])
      .filter((path) => valueAt(event, path) === undefined)
      .map((path) => targetAt(search, path));
    places.set(key, targets);
  }
  return targets;
}

const absent = new WeakMap<Search, Map<string, readonly Target[]>>();

/** `total_amount` and `grand_total` may be the `total`; a `tax_total` is none. */
function isLonger(found: readonly string[], meant: readonly string[]): boolean {
  const extra = found.filter((word) => !meant.includes(word));
  return (
    extra.length === 1 &&
    !meant.every((word) => commonplace.has(word)) &&
    meant.every((word) => found.includes(word)) &&
    extra.every((word) => measures.has(word) || looseWords.has(word))
  );
}

/** What may stand with the name of a number and leaves it the same one, or not. */
const looseWords: ReadonlySet<string> = new Set([
  'value',
  'grand',
  'overall',
  'sum',
  'number',
  'figure',
  'full',
]);
