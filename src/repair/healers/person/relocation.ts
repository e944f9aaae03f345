import { parseExact } from '../../../model/exact-json.ts';
import { isAnyNumber } from '../../../model/exact-number.ts';
import { type Json, isObject, isContainer } from '../../../model/json.ts';
import type { Operation } from '../../../model/plan.ts';
import { isBelow } from '../../../model/pointer.ts';
import { leavesOf } from '../../plans/provenance/differences.ts';
import { mapOf } from './in-place.ts';
import { likeness, nearest, tellingName } from './names.ts';
import { type Place, type Source, everything, pairsOf, vanishing } from './places.ts';
import { type Link, onField } from './respelling.ts';
import type { Strategy } from './strategy.ts';
import type { Workbench } from './workbench.ts';

interface Candidate {
  source: Source;
  links: Link[];
  score: number;
}

/** A value that is gone from where it stood; perhaps of another type or spelling now. */
export const moveHere: Strategy = (bench, place, places) => {
  if (!isOpen(place)) return false;
  const isTelling = place.spots.some(({ after }) => hasValue(after));
  const candidates = candidatesFor(bench, place, sourcesFor(place, vanishing(places))).filter(
    ({ score }) => isTelling || score >= tellingName,
  );
  const best = decide(bench, place, candidates);
  if (best === undefined) return false;
  const { source, links } = best;
  return bench.attempt([
    { op: 'move', from: source.pointer, to: place.pointer },
    ...onField(place.pointer, links),
  ]);
};

/** A value that is needed twice. That it stands elsewhere is no evidence by itself: `5` may stand anywhere. */
export const copyHere: Strategy = (bench, place) => {
  if (!isOpen(place)) return false;
  const staying = everything(bench.current).filter(({ pointer }) => !bench.wrong.has(pointer));
  const candidates = candidatesFor(bench, place, sourcesFor(place, staying));
  const isUnlikely = place.spots.every(({ after }) => isUnlikelyTwice(after));
  const named = candidates.filter(({ score }) => score >= tellingName);
  const best = decide(bench, place, named.length > 0 || !isUnlikely ? named : candidates);
  if (best !== undefined)
    return bench.attempt([
      { op: 'copy', from: best.source.pointer, to: place.pointer },
      ...onField(place.pointer, best.links),
    ]);
  const [only] = candidates;
  if (
    candidates.length === 1 &&
    only!.links.length === 0 &&
    place.spots.every(({ after }) => hasValue(after))
  )
    bench.doubt(
      place,
      `the value of ${place.pointer} was entered by hand: it also stands at ${only!.source.pointer}, but neither name nor value shows that it is the same`,
    );
  return false;
};

/** A field of nearly the same name is gone, and the contract lists the values that stand here now. */
export const moveAndMap: Strategy = (bench, place, places) => {
  if (!isOpen(place)) return false;
  const candidates = sourcesFor(place, vanishing(places)).flatMap((source) => {
    const pairs = pairsOf(source, place);
    const score = likeness(source.segments, place.segments);
    const map = pairs === undefined || score < tellingName ? undefined : mapOf(bench, place, pairs);
    return map === undefined ? [] : { source, map, score };
  });
  const best = nearest(candidates);
  return (
    best !== undefined &&
    bench.attempt([{ op: 'move', from: best.source.pointer, to: place.pointer }, best.map])
  );
};

/** A list (or the one element of a list) that moved as a whole and was changed within: its elements can't move alone. */
export const moveAndGoOn: Strategy = (bench, place, places) => {
  if (!isOpen(place) || !place.spots.every(({ after }) => Array.isArray(after) && after.length > 0))
    return false;
  const candidates = sourcesFor(place, vanishing(places)).flatMap((source) => {
    const pairs = pairsOf(source, place) ?? [];
    const isList = pairs.every(([from, to]) => Array.isArray(from) && from.length === (to as Json[]).length);
    const isElement = pairs.every(([from, to]) => isObject(from) && (to as Json[]).length === 1);
    const share = pairs.length > 0 && (isList || isElement) ? Math.min(...pairs.map(sharedLeaves)) : 0;
    if (share === 0) return [];
    const move: Operation = { op: 'move', from: source.pointer, to: place.pointer };
    const operations = isList ? [move] : [move, { op: 'wrap' as const, path: place.pointer }];
    return { source, operations, links: [], score: share + likeness(source.segments, place.segments) };
  });
  const best = decide(bench, place, candidates);
  return best !== undefined && bench.attempt(best.operations, { preparing: true });
};

/** Opens JSON text, or the only element of a list, which the person spread over other places. */
export const openVanished: Strategy = (bench, place, places) => {
  const wanted = new Set(place.spots.flatMap(({ after }) => leafTexts(after)));
  for (const { pointer, values } of vanishing(places)) {
    const found = [...values.values()];
    for (const op of ['parse', 'unwrap'] as const) {
      const inner = found.map((value) => opened(op, value));
      if (inner.some((value) => value === undefined)) continue;
      if (!inner.some((value) => leafTexts(value).some((text) => wanted.has(text)))) continue;
      if (bench.attempt([{ op, path: pointer }], { preparing: true })) return true;
    }
  }
  return false;
};

function opened(op: 'parse' | 'unwrap', value: Json): Json | undefined {
  if (op === 'unwrap')
    return Array.isArray(value) && value.length === 1 && isObject(value[0]) ? value[0] : undefined;
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return undefined;
  try {
    return parseExact(value);
  } catch {
    // Text that only looks like JSON is text.
    return undefined;
  }
}

/** Only what is absent or null can be filled, or what holds the wanted value within itself. */
const isOpen = ({ spots }: Place): boolean =>
  spots.every(
    ({ before, after }) =>
      after !== undefined && (before === undefined || before === null || isObject(before)),
  );

function sourcesFor(place: Place, sources: readonly Source[]): Source[] {
  const isPresent = place.spots.some(({ before }) => isObject(before));
  return sources.filter(
    ({ pointer, segments }) => pointer !== place.pointer && (!isPresent || isBelow(segments, place.segments)),
  );
}

function candidatesFor(bench: Workbench, place: Place, sources: readonly Source[]): Candidate[] {
  return sources.flatMap((source) => {
    const pairs = pairsOf(source, place);
    if (pairs === undefined) return [];
    const score = likeness(source.segments, place.segments);
    const found = bench.respell(pairs, place);
    if (found.kind === 'unclear')
      bench.doubt(place, `the edit of ${place.pointer} does not tell ${found.formats.join(' from ')}`);
    return found.kind === 'found' ? { source, links: found.links, score } : [];
  });
}

function decide<T extends { source: Source; score: number }>(
  bench: Workbench,
  place: Place,
  candidates: readonly T[],
): T | undefined {
  const best = nearest(candidates);
  if (best === undefined && candidates.length > 1) {
    const pointers = candidates.slice(0, 4).map(({ source }) => source.pointer);
    bench.doubt(place, `the value of ${place.pointer} stood in several places: ${pointers.join(', ')}`);
  }
  return best;
}

function hasValue(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '') return false;
  return !isContainer(value) || Object.keys(value).length > 0;
}

/** Long enough not to stand in two places by chance. */
function isUnlikelyTwice(value: Json | undefined): boolean {
  if (typeof value === 'string') return value.length >= 8;
  if (isAnyNumber(value)) return String(value).replace(/^0\.|[-.]|0+$/g, '').length >= 6;
  return isContainer(value) && leafTexts(value).length >= 2;
}

function sharedLeaves([from, to]: readonly [Json, Json]): number {
  const had = new Set(leafTexts(from));
  const has = leafTexts(to);
  return has.filter((text) => had.has(text)).length / Math.max(has.length, 1);
}

/** The scalars in a value, as text: what a cast leaves the same. */
function leafTexts(value: Json | undefined): string[] {
  if (value === undefined) return [];
  return [...leavesOf(value)].flatMap((leaf) =>
    leaf.value === null || isContainer(leaf.value) || leaf.value === '' ? [] : [String(leaf.value)],
  );
}
