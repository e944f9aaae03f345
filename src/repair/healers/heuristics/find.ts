import { type JsonObject, isObject } from '../../../json.ts';
import type { InPlaceOperation } from '../../in-place.ts';
import { genericPointer, isBelow, pointerOf, segmentsOf, valueAt } from '../../pointer.ts';
import type { Candidate } from './candidates.ts';
import { type NameEvidence, compareNames, foldedName, sameName, wordsOf, wordsOfPath } from './names.ts';
import type { Found, Search } from './search.ts';
import { fitValue } from './values.ts';

interface Match {
  candidate: Candidate;
  name: NameEvidence;
  operations: InPlaceOperation[];
}

/** The one field that is meant by a missing path. */
export function findMissing(search: Search, path: readonly string[]): Found {
  const { contract, event } = search.failure;
  const target = genericPointer(pointerOf(path), event);
  const matches: Match[] = [];
  const rivals: Candidate[] = [];
  for (const candidate of search.candidates) {
    if (!isReachable(candidate, path, event)) continue;
    const name = nameEvidence(search, candidate, path, target);
    const isRival = name.score < search.threshold;
    if (isRival && !holdsAllWords(search, candidate, path)) continue;
    const fit = fitValue(contract, event, path, candidate.value);
    if (fit.kind === 'none') continue;
    if (isRival) rivals.push(candidate);
    else if (fit.kind === 'ambiguous')
      return { ok: false, reason: `${candidate.pointer} can be read in more than one way` };
    else matches.push({ candidate, name, operations: fit.operations });
  }

  const [only, ...others] = matches;
  if (only === undefined) return { ok: false, reason: missingReason(target, rivals) };
  const doubts = [
    ...others.map(({ candidate }) => candidate),
    // Beside the very same name, one with a word more is another field.
    ...(only.name.score >= sameName ? [] : rivals),
  ];
  // What lies within a field moves with it.
  const other = doubts.find((candidate) => !isBelow(candidate.path, only.candidate.path));
  if (other !== undefined)
    return { ok: false, reason: `${target} could be ${only.candidate.pointer} or ${other.pointer}` };
  return moved(only, target);
}

/** A declared field whose value has another form than the contract wants, or holds the value one level down. */
export function reshape(search: Search, path: readonly string[]): Found {
  const { contract, event } = search.failure;
  const target = genericPointer(pointerOf(path), event);
  const value = valueAt(event, path)!;
  const fit = fitValue(contract, event, path, value);
  if (fit.kind === 'fits') {
    const operations = at(target, fit.operations);
    return { ok: true, to: target, operations, evidence: `${target} fits${described(operations)}` };
  }
  if (fit.kind === 'ambiguous') return { ok: false, reason: `${target} can be read in more than one way` };
  if (isObject(value)) {
    const within = search.candidates.filter((candidate) => isBelow(candidate.path, path));
    const found = findMissing({ ...search, candidates: within }, path);
    if (found.ok) return found;
  }
  return { ok: false, reason: `${target} has a value that no lossless change makes fit` };
}

function moved({ candidate, name, operations }: Match, to: string): Found {
  const from = candidate.pointer;
  const changes = at(to, operations);
  return {
    ok: true,
    from,
    to,
    operations: [...candidate.preparation, { op: 'move', from, to }, ...changes],
    evidence: `${from} is ${to}: ${name.reason}${described(changes)}`,
  };
}

/** The same change for every element of an array, so that the rule does not depend on a position. */
function at(path: string, operations: readonly InPlaceOperation[]): InPlaceOperation[] {
  return operations.map((operation) => ({ ...operation, path }));
}

function missingReason(target: string, rivals: readonly Candidate[]): string {
  const [rival] = rivals;
  return rival === undefined
    ? `${target} is missing, and no other field is named like it and fits`
    : `${target} is missing, and ${rival.pointer} may mean something else: make it an alias if it does not`;
}

/** Within an array, only the fields of the same element; from outside, none of its elements. */
function isReachable(candidate: Candidate, target: readonly string[], event: JsonObject): boolean {
  const from = candidate.preparation.length > 0 ? '' : elementOf(candidate.path, event);
  return from === elementOf(target, event);
}

/** The innermost element of an array that a path leads through; empty for none. */
function elementOf(path: readonly string[], event: JsonObject): string {
  const depth = path.findLastIndex((_, at) => Array.isArray(valueAt(event, path.slice(0, at))));
  return pointerOf(path.slice(0, depth + 1));
}

/** How well the candidate is named like the target, or one of the contract's aliases for it. */
function nameEvidence(
  { failure, entity, declared }: Search,
  { path: source }: Candidate,
  path: readonly string[],
  target: string,
): NameEvidence {
  const words = wordsOfPath(source, entity);
  const isAlias = (failure.contract.aliases[target] ?? []).some((alias) => {
    // A field name beside the target, or a path of its own.
    const aliasPath = alias.startsWith('/') ? segmentsOf(alias) : [...path.slice(0, -1), alias];
    return foldedName(wordsOfPath(aliasPath, entity)) === foldedName(words);
  });
  if (isAlias) return { score: 1, reason: 'an alias of the contract' };
  const isOfAnother = declared.some(
    (other) => pointerOf(other) !== target && foldedName(wordsOfPath(other, entity)) === foldedName(words),
  );
  const isItself = foldedName(wordsOfPath(path, entity)) === foldedName(words);
  if (isOfAnother && !isItself) return { score: 0, reason: 'the name of another field' };
  const full = compareNames(source.flatMap(wordsOf), path.flatMap(wordsOf), entity);
  const short = compareNames(words, wordsOfPath(path, entity), entity);
  return full.score > short.score ? full : short;
}

function holdsAllWords({ entity }: Search, { path }: Candidate, target: readonly string[]): boolean {
  const words = wordsOfPath(path, entity);
  return wordsOfPath(target, entity).every((word) => words.includes(word));
}

function described(operations: readonly InPlaceOperation[]): string {
  if (operations.length === 0) return '';
  const names = operations.map((operation) =>
    operation.op === 'cast' ? `a cast to ${operation.to}` : operation.op,
  );
  return ` after ${names.join(' and ')}`;
}
