import { pointerOf, valueAt } from '../../../model/pointer.ts';
import type { Candidate } from './candidates.ts';
import { axes, particular } from '../../plans/meaning/vocabulary.ts';
import { type OwnNames, isNeutral } from './containers.ts';
import { fieldsOf } from './declared.ts';
import { isUnreal } from './gone.ts';
import { foldedName, wordsOf } from './names.ts';
import type { Search } from './search.ts';
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
      const change = changeOf(field.words.leaf, words);
      if (change === undefined) continue;
      const what = `"${change.words.join(' ')}" ${change.how}`;
      const way = ways.get(what) ?? { what, ...change, pairs: [] };
      way.pairs.push({ field, path });
      ways.set(what, way);
    }
  return [...ways.values()];
}

function changeOf(
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
 * A word that is not the contract's own tells fields apart where one of them comes without it, however many bear it: `mock_price`
 * beside `id`. What means another state or party does so always: `old_id`, `requested_id`, `billing_id`.
 */
function isConvention({ words, pairs, isLeftOut }: Way, { fields, target }: Group, search: Search): boolean {
  const isKnown = isOwnOrEmpty(words, search.own);
  if (pairs.length < (words.every((word) => itself.has(word)) ? fewestOfItself : fewest)) return false;
  if (words.some((word) => qualifiers.has(word) || isParticiple(word))) return false;
  const targets = new Set(pairs.map(({ path }) => pointerOf(path)));
  if (targets.size < pairs.length) return false;
  if (isKnown) return true;
  if (words.some((word) => isOfSide(word) || isUnreal(word))) return false;
  const { contract, event } = search.failure;
  const filled = new Set(target.length > 0 ? [] : contract.envelopeDefaults.map(({ field }) => field));
  const names = fieldsOf(contract.jsonSchema, target).names.filter((name) => !filled.has(name));
  if (isLeftOut) return names.every((name) => words.every((word) => wordsOf(name).includes(word)));
  const others = fields.filter((field) => !pairs.some((pair) => pair.field === field));
  const bearsIt = ({ words: { leaf }, value }: Candidate) =>
    value === null || typeof value === 'object' || words.every((word) => leaf.includes(word));
  return others.every(bearsIt) && names.every((name) => valueAt(event, [...target, name]) === undefined);
}

/** A word for which another party, time or bound has another: `sender_name` may stand beside a `recipient_name`. */
const isOfSide = (word: string): boolean =>
  particular.has(word) || axes.some(({ sides }) => sides.some((side) => side.includes(word)));

const isOwnOrEmpty = (words: readonly string[], own: OwnNames): boolean =>
  own.some((name) => foldedName(name) === foldedName(words)) ||
  words.every((word) => isNeutral(word, own) || particles.has(word) || fieldMarks.has(word));
