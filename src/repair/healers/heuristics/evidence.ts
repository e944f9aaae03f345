import { genericPointer, isBelow, pointerOf, segmentsOf, valueAt } from '../../../model/pointer.ts';
import { type Candidate, wordsAt } from './candidates.ts';
import { fieldsOf } from './declared.ts';
import { type NameEvidence, compareNames, foldedName, wordsOf, wordsOfPath } from './names.ts';
import type { Search } from './search.ts';
import { commonplace, filler, general, qualifiers } from './words.ts';

/** A missing path, as words. */
export interface Target {
  /** With the indexes of arrays. */
  path: readonly string[];
  /** With `*` for them. */
  pointer: string;
  /** The innermost element of an array that it lies in; empty for none. */
  element: string;
  words: Candidate['words'];
}

/** A field that is named like a missing one. */
export interface NameMatch {
  candidate: Candidate;
  name: NameEvidence;
}

/** Names that hold all words of the target and others besides: they may mean it, or something else. */
export interface Named {
  matches: NameMatch[];
  rivals: Candidate[];
}

export function targetAt({ failure, entity }: Search, path: readonly string[]): Target {
  const pointer = genericPointer(pointerOf(path), failure.event);
  return { path, pointer, element: elementOf(path, failure.event), words: wordsAt(path, entity) };
}

/** The fields that are named like a missing path, or might be. */
export function namedLike(search: Search, target: Target): Named {
  const { event } = search.failure;
  const named: Named = { matches: [], rivals: [] };
  for (const candidate of search.candidates) {
    const isOneOfMany = candidate.preparation.length > 0 ? '' : elementOf(candidate.path, event);
    // Within an array, only the fields of the same element; from outside, none of its elements.
    if (isOneOfMany !== target.element) continue;
    const name = nameEvidence(search, candidate, target);
    if (name.score >= search.threshold) named.matches.push({ candidate, name });
    else if (target.words.short.every((word) => candidate.words.short.includes(word)))
      named.rivals.push(candidate);
  }
  return named;
}

/** The innermost element of an array that a path leads through; empty for none. */
function elementOf(path: readonly string[], event: Search['failure']['event']): string {
  const depth = path.findLastIndex(
    (segment, at) => /^\d+$/.test(segment) && Array.isArray(valueAt(event, path.slice(0, at))),
  );
  return depth === -1 ? '' : pointerOf(path.slice(0, depth + 1));
}

/** How well the candidate is named like the target, or one of the contract's aliases for it. */
export function nameEvidence(search: Search, candidate: Candidate, target: Target): NameEvidence {
  const { failure, entity } = search;
  const { words } = candidate;
  const folded = foldedName(words.short);
  const isAlias = failure.contract.aliases[target.pointer]?.some((alias) => {
    // A field name beside the target, or a path of its own.
    const path = alias.startsWith('/') ? segmentsOf(alias) : [...target.path.slice(0, -1), alias];
    return foldedName(wordsOfPath(path, entity)) === folded;
  });
  if (isAlias === true) return { score: 1, reason: 'an alias of the contract' };
  if (words.letters === target.words.letters) return { score: 1, reason: 'the same name' };
  const full = compareNames(words.full, target.words.full, entity);
  const short = compareNames(words.short, target.words.short, entity);
  const best = full.score > short.score ? full : short;
  const evidence =
    [best, pulledUp(search, candidate, target), packedUp(search, candidate, target)].find(
      ({ score }) => score > 0,
    ) ?? best;
  if (evidence.score === 0) return evidence;
  if (folded !== foldedName(target.words.short) && isNameOfAnother(search, words.short, target))
    return { score: 0, reason: 'the name of another field' };
  return isOutOfPlace(search, candidate, target) || isOfOther(words.leaf, target.words.leaf)
    ? { score: 0, reason: 'a common name, within something of its own' }
    : evidence;
}

/** The very same name in an object around the target's place, when the contract has one field of this name only. */
function pulledUp({ declared }: Search, { path, words }: Candidate, target: Target): NameEvidence {
  const none = { score: 0, reason: 'another name' };
  const folded = foldedName(words.leaf);
  if (folded !== foldedName(target.words.leaf) || words.leaf.every((word) => commonplace.has(word)))
    return none;
  const isAround = path.length < target.path.length && isBelow(target.path, path.slice(0, -1));
  if (!isAround || declared.endingIn(folded).length !== 1) return none;
  return { score: 0.85, reason: 'the same name, further up' };
}

/** In a container beside its place, whatever its name, that holds most of the object and little else. */
function packedUp({ failure }: Search, candidate: Candidate, target: Target): NameEvidence {
  const none = { score: 0, reason: 'another name' };
  const { container, words, path } = candidate;
  if (
    container === undefined ||
    container.depth !== path.length - 1 ||
    path.length !== target.path.length + 1
  )
    return none;
  if (foldedName(words.leaf) !== foldedName(target.words.leaf)) return none;
  const around = target.path.slice(0, -1);
  const holder = path[container.depth - 1]!;
  if (
    !around.every((segment, at) => path[at] === segment) ||
    wordsOf(holder).some((word) => qualifiers.has(word))
  )
    return none;
  const { names, required } = fieldsOf(failure.contract.jsonSchema, around);
  const inside = new Set(container.names.map((name) => foldedName(wordsOf(name))));
  const known = names.filter((name) => inside.has(foldedName(wordsOf(name))));
  const isWhole = known.length >= 3 && [...required].every((name) => inside.has(foldedName(wordsOf(name))));
  return isWhole && known.length * 4 >= container.names.length * 3
    ? { score: 0.9, reason: 'the same name, with all the others in one container' }
    : none;
}

/** `data_type`, `field_name`: not the type, not the name, but what is known of some data, of some field. */
function isOfOther(found: readonly string[], meant: readonly string[]): boolean {
  return (
    found.length > meant.length &&
    filler.has(found[0]!) &&
    !filler.has(meant[0]!) &&
    meant.every((word) => general.has(word))
  );
}

/** A field `id` of a container that holds other things is the id of those. */
function isOutOfPlace({ failure }: Search, { container, words }: Candidate, target: Target): boolean {
  if (container === undefined || container.names.length === 1) return false;
  if (!words.leaf.every((word) => commonplace.has(word))) return false;
  const { names } = fieldsOf(failure.contract.jsonSchema, target.pointer.split('/').slice(1, -1));
  const beside = new Set(names.map((name) => foldedName(wordsOf(name))));
  const known = container.names.filter((name) => beside.has(foldedName(wordsOf(name))));
  return known.length * 2 <= container.names.length;
}

/** Whether the contract has a field elsewhere that is called just so. */
function isNameOfAnother(search: Search, words: readonly string[], target: Target): boolean {
  const folded = foldedName(words);
  let known = alike.get(search);
  if (known === undefined) alike.set(search, (known = new Map()));
  const pointers = known.get(folded) ?? pointersReading(search, words);
  known.set(folded, pointers);
  return pointers.some((pointer) => pointer !== target.pointer);
}

const alike = new WeakMap<Search, Map<string, readonly string[]>>();

function pointersReading({ declared, entity }: Search, words: readonly string[]): string[] {
  const folded = foldedName(words);
  return words.flatMap((_, start) =>
    declared
      .endingIn(foldedName(words.slice(start)))
      .filter((path) => foldedName(wordsOfPath(path, entity)) === folded)
      .map(pointerOf),
  );
}
