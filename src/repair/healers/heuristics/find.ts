import { type Json, isObject, sameJson } from '../../../model/json.ts';
import { genericPointer, isBelow, pointerOf, valueAt } from '../../../model/pointer.ts';
import type { Operation } from '../../../model/plan.ts';
import type { Candidate } from './candidates.ts';
import { type Change, changeAt } from './changes.ts';
import { sameName } from './compare.ts';
import { doubtFor } from './doubts.ts';
import { type NameMatch, namedLike } from './evidence.ts';
import { hasTimeBeside } from './join.ts';
import { higherUp, isLike, isPartBeside, isTwinOf, readsSo } from './others.ts';
import { whyMissing, whyUnfit } from './reasons.ts';
import { type Found, type Search, placed } from './search.ts';
import { type Target, targetAt } from './target.ts';

interface Match extends NameMatch {
  changes: Change[];
}

/** The one field that is meant by a missing path. */
export function findMissing(search: Search, target: Target, named = namedLike(search, target)): Found {
  const { path, pointer } = target;
  const matches: Match[] = [];
  const unfit: Candidate[] = [];
  let nearly: Match | undefined;
  for (const { candidate, name } of named.matches) {
    if (hasTimeBeside(search, candidate)) continue;
    const fit = search.fitter.fit(placed(candidate, path));
    if (fit.kind === 'ambiguous')
      return { ok: false, reason: `${candidate.pointer} can be read in more than one way` };
    if (fit.kind === 'fits') matches.push({ candidate, name, changes: fit.changes });
    if (fit.kind === 'none') unfit.push(candidate);
    if (fit.kind === 'nearly' && name.score >= sameName) nearly = { candidate, name, changes: fit.changes };
  }
  if (matches.length === 0 && nearly !== undefined) matches.push(nearly);

  const [only, ...others] = matches;
  const fits = (candidate: Candidate) => search.fitter.fit(placed(candidate, path)).kind !== 'none';
  if (only === undefined) return { ok: false, reason: whyMissing(search, target, named.rivals.filter(fits)) };
  // A sender that still sends the field, if empty, has not renamed it.
  if (only.name.score < 1 && valueAt(search.failure.event, path) === null)
    return {
      ok: false,
      reason: `${pointer} is sent, as null, so ${only.candidate.pointer} may mean something else: make it an alias if it is the same`,
    };
  // A container of the very field is not that field.
  const inner = others.find(
    ({ candidate, name }) => name.score >= sameName && isBelow(candidate.path, only.candidate.path),
  );
  if (inner !== undefined && only.name.score < sameName)
    return findMissing(search, target, {
      ...named,
      matches: named.matches.filter(({ candidate }) => candidate !== only.candidate),
    });
  // Beside the very same name, one with a word more is another field. What lies within a field moves with it.
  const isSure = only.name.score >= sameName;
  const isExact = only.candidate.path.at(-1) === path.at(-1);
  const isOther = (candidate: Candidate) =>
    !isBelow(candidate.path, only.candidate.path) && !isPartBeside(search, candidate, path);
  const other =
    others.map(({ candidate }) => candidate).find(isOther) ??
    named.rivals.find(isTwinOf(search, only.candidate)) ??
    named.rivals.find(
      (rival) => !isExact && readsSo(rival, target) && !sameJson(rival.value, only.candidate.value),
    ) ??
    (isSure ? undefined : [...unfit, ...named.rivals].filter(isOther).find(isLike(only.candidate))) ??
    (isExact ? undefined : higherUp(search, only.candidate, target)) ??
    (isSure ? undefined : named.rivals.filter(isOther).find(fits));
  if (other !== undefined)
    return { ok: false, reason: `${pointer} could be ${only.candidate.pointer} or ${other.pointer}` };
  const doubt = doubtFor(only.candidate.container?.doubts ?? [], path);
  if (doubt !== undefined)
    return { ok: false, reason: `${only.candidate.pointer} may be ${pointer}, but ${doubt}` };
  return moved(only, pointer);
}

/** A field that would be taken for the one at a path if that were missing, with another value. */
function rivalOf(search: Search, path: readonly string[], value: Json): Candidate | undefined {
  return namedLike(search, targetAt(search, path)).matches.find(
    ({ candidate }) => candidate.container === undefined && !sameJson(candidate.value, value),
  )?.candidate;
}

/** A declared field whose value has another form than the contract wants, or holds the value one level down. */
export function reshape(search: Search, path: readonly string[]): Found {
  const { event } = search.failure;
  const target = genericPointer(pointerOf(path), event);
  const value = valueAt(event, path)!;
  const fit = search.fitter.fit({ path, value, from: target, at: path });
  const rival = fit.kind === 'fits' && !isObject(value) ? rivalOf(search, path, value) : undefined;
  if (rival !== undefined) return { ok: false, reason: `${target} could be ${target} or ${rival.pointer}` };
  if (fit.kind === 'fits' || (fit.kind === 'nearly' && fit.changes.length > 0)) {
    const operations = at(target, fit.changes);
    return {
      ok: true,
      from: [],
      to: [target],
      operations,
      evidence: `${target} fits${described(fit.changes)}`,
    };
  }
  if (fit.kind === 'ambiguous') return { ok: false, reason: `${target} can be read in more than one way` };
  if (isObject(value)) {
    const within = search.candidates.filter((candidate) => isBelow(candidate.path, path));
    const found = findMissing({ ...search, candidates: within }, targetAt(search, path));
    if (found.ok) return found;
  }
  return { ok: false, reason: whyUnfit(search, value, target) };
}

export function moved({ candidate, name, changes }: Match, to: string): Extract<Found, { ok: true }> {
  const from = candidate.pointer;
  return {
    ok: true,
    from: [from],
    to: [to],
    operations: [...candidate.preparation, { op: 'move', from, to }, ...at(to, changes)],
    evidence: `${from} is ${to}: ${name.reason}${described(changes)}`,
  };
}

/** The same change for every element of an array, so that the rule does not depend on a position. */
const at = (path: string, changes: readonly Change[]): Operation[] =>
  changes.map((change) => changeAt(path, change));

export function described(changes: readonly Change[]): string {
  if (changes.length === 0) return '';
  const names = changes.map((change) => (change.op === 'cast' ? `a cast to ${change.to}` : change.op));
  return ` after ${names.join(' and ')}`;
}
