import { pointerOf, valueAt } from '../../../model/pointer.ts';
import type { Candidate } from './candidates.ts';
import { axes, particular } from '../../plans/meaning/vocabulary.ts';
import { type OwnNames, isAnyThing, isNeutral } from './containers.ts';
import { fieldsOf } from './declared.ts';
import { isEnglish } from './dictionary.ts';
import { isKnownThing, isOneThing, wordsFor } from '../../plans/meaning/known-things.ts';
import { isUnreal } from './gone.ts';
import { foldedName, wordsOf } from './names.ts';
import type { Search } from './search.ts';
import { isAbbreviation } from './spelling.ts';
import { fieldMarks, particles, isParticiple, qualifiers, wordSet } from './words.ts';

/** A field that reads as a declared one after a change that other fields of the event went through as well. */
export interface Conventional {
  /** The target's path. */
  path: string[];
  reason: string;
}

/** So many fields have to have changed alike before the change tells anything; fewer, of a word that means the record itself. */
const fewest = 3;
const fewestOfItself = 2;
const itself: ReadonlySet<string> = wordSet('event record object resource');

/**
 * Evidence from the other fields: when one change of name (the same words put before, put behind, or left out) explains
 * at least three absent fields of an object, and all of its undeclared fields or all that it misses, it is the sender's
 * convention. So `eventID` is `id` beside `eventType` and `eventTime`, and `item_id` is `id` where every field is `item_…`.
 */
export function conventionsOf(search: Search): ReadonlyMap<Candidate, Conventional> {
  const before = known.get(search);
  if (before !== undefined) return before;
  const found = findConventions(search);
  known.set(search, found);
  return found;
}

const known = new WeakMap<Search, ReadonlyMap<Candidate, Conventional>>();

function findConventions(search: Search): Map<Candidate, Conventional> {
  const found = new Map<Candidate, Conventional>();
  const { event, contract } = search.failure;
  for (const group of groupsOf(search)) {
    const absent = fieldsOf(contract.jsonSchema, group.target)
      .names.map((name) => ({ path: [...group.target, name], words: wordsOf(name) }))
      .filter(({ path }) => valueAt(event, path) === undefined);
    if (Math.min(absent.length, group.fields.length) < fewestOfItself) continue;
    const ways = waysOf(group.fields, absent)
      .filter((way) => isConvention(way, group, search))
      .toSorted((a, b) => b.pairs.length - a.pairs.length);
    const [best, next] = ways;
    // Two that explain as much tell that neither is one.
    if (best === undefined || next?.pairs.length === best.pairs.length) continue;
    for (const { field, path } of best.pairs)
      found.set(field, { path, reason: `${best.pairs.length} fields have changed alike: ${best.what}` });
  }
  return found;
}

interface Group {
  fields: Candidate[];
  /** The declared object that they are, or may be, the fields of. */
  target: readonly string[];
}

/** The undeclared fields of each object, with the declared object in whose place it stands. */
function groupsOf({ candidates, own }: Search): Group[] {
  const groups = new Map<string, Group>();
  for (const candidate of candidates) {
    const around = candidate.path.slice(0, -1);
    const depth = candidate.container === undefined ? around.length : candidate.container.outermost - 1;
    const containers = around.slice(depth);
    if (!containers.every((name) => isNeutral(name, own)) || (candidate.container?.doubts.length ?? 0) > 0)
      continue;
    const key = pointerOf(around);
    const group = groups.get(key) ?? { fields: [], target: around.slice(0, depth) };
    group.fields.push(candidate);
    groups.set(key, group);
  }
  return [...groups.values()];
}

interface Way {
  what: string;
  words: readonly string[];
  pairs: { field: Candidate; path: string[] }[];
  /** Whether the words were the contract's, and the sender has left them out. */
  isLeftOut: boolean;
}

type Absent = { path: string[]; words: readonly string[] };

function waysOf(fields: readonly Candidate[], absent: readonly Absent[]): Way[] {
  const ways = new Map<string, Way>();
  for (const field of fields)
    for (const { path, words } of absent) {
      const change = affixBetween(field.words.leaf, words);
      if (change === undefined) continue;
      const what = `"${change.words.join(' ')}" ${change.how}`;
      const way = ways.get(what) ?? { what, ...change, pairs: [] };
      way.pairs.push({ field, path });
      ways.set(what, way);
    }
  return [...ways.values()];
}

/** The one or two words that one of two names has before or behind the other. */
export function affixBetween(
  source: readonly string[],
  target: readonly string[],
): { how: string; words: readonly string[]; isLeftOut: boolean } | undefined {
  const [longer, shorter] = source.length > target.length ? [source, target] : [target, source];
  const count = longer.length - shorter.length;
  if (count < 1 || count > 2 || shorter.length === 0) return undefined;
  const isLeftOut = longer === target;
  if (foldedName(longer.slice(count)) === foldedName(shorter))
    return { how: isLeftOut ? 'left out before' : 'put before', words: longer.slice(0, count), isLeftOut };
  if (foldedName(longer.slice(0, -count)) === foldedName(shorter))
    return { how: isLeftOut ? 'left out behind' : 'put behind', words: longer.slice(-count), isLeftOut };
  return undefined;
}

/**
 * What all fields bear may be the record's own name, and may as well be another thing's: a `competitor_id` with its name and
 * price. So the words have to be empty, to name what the contract is about, or to be the contract's own, left out. What means
 * another state or party never is a convention: `old_id`, `requested_id`, `billing_id`.
 */
function isConvention({ words, pairs, isLeftOut }: Way, { fields, target }: Group, search: Search): boolean {
  if (pairs.length < (words.every((word) => itself.has(word)) ? fewestOfItself : fewest)) return false;
  if (words.some((word) => qualifiers.has(word) || isParticiple(word))) return false;
  const targets = new Set(pairs.map(({ path }) => pointerOf(path)));
  if (targets.size < pairs.length) return false;
  if (isOwnOrEmpty(words, search.own)) return true;
  const { contract, event } = search.failure;
  const filled = new Set(target.length > 0 ? [] : contract.envelopeDefaults.map(({ field }) => field));
  const names = fieldsOf(contract.jsonSchema, target).names.filter((name) => !filled.has(name));
  if (isLeftOut)
    return (
      !words.some((word) => isOfSide(word) || isUnreal(word)) &&
      names.every((name) => words.every((word) => wordsOf(name).includes(word)))
    );
  // Where one comes without it, the word tells fields apart: a `shopify_price` beside the `id` may be one of several prices.
  const bearsIt = ({ words: { leaf }, value }: Candidate) =>
    value === null || typeof value === 'object' || words.every((word) => leaf.includes(word));
  return (
    namesRecord(words, target, search) &&
    fields.every(bearsIt) &&
    names.every((name) => valueAt(event, [...target, name]) === undefined)
  );
}

/**
 * Whether words name the record itself: its sender, or what the contract, or the object in it, is called after, by the noun that
 * its name ends in, a short form (`prd`), or a word for the same thing. An `article` is whatever is not known to be another thing.
 */
function namesRecord(words: readonly string[], target: readonly string[], search: Search): boolean {
  const around = target.findLast((segment) => !/^(\d+|\*)$/.test(segment));
  const names = around === undefined ? search.own : [wordsOf(around)];
  const sender = foldedName(wordsOf(search.failure.source));
  // What the sender trades as, and not what it is: a `shop_name` is that of the shop.
  if (foldedName(words) === sender && !isEnglish(sender)) return true;
  if (names.some((name) => foldedName(words) === foldedName(name))) return true;
  const [word, ...others] = words;
  if (word === undefined || others.length > 0) return false;
  const nouns = names.map((name) => name.at(-1)!);
  return (
    nouns.some((noun) => word === noun || isAbbreviation(word, noun) || isOneThing(word, noun)) ||
    (wordsFor('item').some((other) => word === other || isAbbreviation(word, other)) &&
      nouns.every((noun) => wordsFor('item').includes(noun) || !isKnownThing(noun)))
  );
}

/** A word for which another party, time or bound has another: `sender_name` may stand beside a `recipient_name`. */
const isOfSide = (word: string): boolean =>
  particular.has(word) || axes.some(({ sides }) => sides.some((side) => side.includes(word)));

const isOwnOrEmpty = (words: readonly string[], own: OwnNames): boolean =>
  own.some((name) => foldedName(name) === foldedName(words)) ||
  words.every(
    (word) => isNeutral(word, own) || isAnyThing(word) || particles.has(word) || fieldMarks.has(word),
  );
