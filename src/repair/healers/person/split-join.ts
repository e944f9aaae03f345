import { type Json, isContainer } from '../../../model/json.ts';
import type { Operation, Pointer } from '../../../model/plan.ts';
import { pointerOf } from '../../../model/pointer.ts';
import { likeness, nearest } from './names.ts';
import { planLimits } from '../../plans/parse-plan.ts';
import { type Place, type Source, pairsOf, runTogether, vanishing, wantedPlaces } from './places.ts';
import { type Link, type Pairs, onField } from './respelling.ts';
import { numberAndUnit } from '../../plans/listing.ts';
import { type Cut, partsBy } from '../../plans/operations/split-join.ts';
import type { Strategy } from './strategy.ts';
import type { Workbench } from './workbench.ts';

/** One text into several: every part of it must stand somewhere now. */
export const splitText: Strategy = (bench, place, places) => {
  const wanted = wantedPlaces(places);
  for (const source of vanishing(places)) {
    if (!runTogether(source.segments, place.segments)) continue;
    for (const way of waysToSplit(source)) {
      const split = splitInto(bench, source, way, wanted);
      if (split?.targets.includes(place.pointer) === true && bench.attempt(split.operations)) return true;
    }
  }
  return false;
};

interface Way {
  cut: Cut;
  operation: (from: Pointer, to: Pointer[]) => Operation;
}

const atUnit: Way = {
  cut: numberAndUnit,
  operation: (from, to) => ({ op: 'split_unit', from, number: to[0]!, unit: to[1]! }),
};

function waysToSplit(source: Source): Way[] {
  const ways = separatorsIn(source).map((separator): Way => ({
    cut: partsBy(separator),
    operation: (from, to) => ({ op: 'split', from, separator, to }),
  }));
  return [...ways, atUnit];
}

function splitInto(
  bench: Workbench,
  source: Source,
  { cut, operation }: Way,
  wanted: readonly Place[],
): { operations: Operation[]; targets: Pointer[] } | undefined {
  const texts = [...source.values];
  const first = texts[0]![1];
  const count = (typeof first === 'string' ? cut(first) : undefined)?.length ?? 0;
  const parts = new Map<string, string[]>();
  for (const [indexes, text] of texts) {
    const pieces = (typeof text === 'string' ? cut(text) : undefined) ?? [];
    if (pieces.length !== count || pieces.includes('')) return undefined;
    parts.set(indexes, pieces);
  }
  if (count < 2 || count > planLimits.parts) return undefined;

  const targets: { place: Place; links: Link[] }[] = [];
  for (let part = 0; part < count; part++) {
    const piece: Source = {
      ...source,
      values: new Map([...parts].map(([indexes, pieces]) => [indexes, pieces[part]!])),
    };
    const fitting = wanted.flatMap((place) => {
      if (targets.some((target) => target.place === place)) return [];
      if (place.pointer !== source.pointer && place.spots.some(({ before }) => hasText(before))) return [];
      const pairs = pairsOf(piece, place);
      const found = pairs === undefined ? undefined : bench.respell(pairs, place);
      return found?.kind === 'found'
        ? { place, links: found.links, score: likeness(source.segments, place.segments) }
        : [];
    });
    if (isRepeated(parts, part)) {
      for (const { place } of fitting)
        bench.doubt(place, `the edit does not tell which part of ${source.pointer} is ${place.pointer}`);
      return undefined;
    }
    const target =
      fitting.length === 1 ? fitting[0] : nearest(fitting.filter(({ links }) => links.length === 0));
    if (target === undefined) return undefined;
    targets.push(target);
  }
  const to = targets.map(({ place }) => place.pointer);
  return {
    targets: to,
    operations: [
      operation(source.pointer, to),
      ...targets.flatMap(({ place, links }) => onField(place.pointer, links)),
    ],
  };
}

/** Whether a part stands in the text twice, every time: either could have gone either way. */
function isRepeated(parts: ReadonlyMap<string, string[]>, part: number): boolean {
  return [...parts.values()].every(
    (pieces) => pieces.indexOf(pieces[part]!) !== pieces.lastIndexOf(pieces[part]!),
  );
}

const hasText = (value: Json | undefined): boolean => value !== undefined && value !== null;

/** Whole runs of punctuation before their single characters: `, ` before `,`. */
function separatorsIn({ values }: Source): string[] {
  const [text] = values.values();
  if (typeof text !== 'string' || text.length > 1000) return [];
  const runs = text.match(/[^\p{L}\p{N}]+/gu) ?? [];
  return [...new Set([...runs, ...runs.flatMap((run) => Array.from(run))])]
    .filter((separator) => separator.length <= planLimits.separatorLength)
    .slice(0, 20);
}

/** Several texts into one, with the same separator between any two. */
export const joinTexts: Strategy = (bench, place, places) => {
  const [spot] = place.spots;
  if (spot === undefined || place.spots.some(({ before }) => hasText(before))) return false;
  const key = pointerOf(spot.indexes);
  const sources = vanishing(places)
    .filter((source) => isText(source.values.get(key)) && runTogether(source.segments, place.segments))
    .slice(0, maxJoined);
  for (const { from, separator } of waysToJoin(spot.after!, sources, key)) {
    const pairs = joined(from, separator, place);
    const found = pairs === undefined ? undefined : bench.respell(pairs, place);
    if (found?.kind !== 'found') continue;
    const join: Operation = {
      op: 'join',
      from: from.map(({ pointer }) => pointer),
      separator,
      to: place.pointer,
    };
    if (bench.attempt([join, ...onField(place.pointer, found.links)])) return true;
  }
  return false;
};

const maxJoined = 24;
const maxWays = 40;
const usualSeparators = ['T', ' ', '-', '/', ', ', '', ':'];

const isText = (value: Json | undefined): value is string => typeof value === 'string' && value !== '';

/** First what spells the value exactly; then pairs with the usual separators, which a cast may turn into it. */
function* waysToJoin(
  value: Json,
  sources: readonly Source[],
  key: string,
): Generator<{ from: Source[]; separator: string }> {
  const textOf = (source: Source) => source.values.get(key) as string;
  let ways = 0;
  function* spelling(
    rest: string,
    from: Source[],
    separator: string | undefined,
  ): Generator<{ from: Source[]; separator: string }> {
    if (rest === '' && from.length >= 2) {
      ways++;
      yield { from, separator: separator! };
    }
    if (rest === '' || from.length === planLimits.parts || ways > maxWays) return;
    for (const source of sources) {
      if (from.includes(source)) continue;
      const text = textOf(source);
      if (from.length === 0) {
        if (rest.startsWith(text)) yield* spelling(rest.slice(text.length), [source], undefined);
        continue;
      }
      for (const gap of separator === undefined ? gapsBefore(rest, text) : [separator])
        if (rest.startsWith(gap + text))
          yield* spelling(rest.slice(gap.length + text.length), [...from, source], gap);
    }
  }
  if (typeof value === 'string' && value.length <= 1000) yield* spelling(value, [], undefined);
  if (value === null || isContainer(value)) return;
  for (const a of sources)
    for (const b of sources)
      if (a !== b) for (const separator of usualSeparators) yield { from: [a, b], separator };
}

function gapsBefore(rest: string, text: string): string[] {
  const at = rest.indexOf(text);
  return at === -1 || at > planLimits.separatorLength ? [] : [rest.slice(0, at)];
}

function joined(from: readonly Source[], separator: string, place: Place): Pairs | undefined {
  const pairs: (readonly [Json, Json])[] = [];
  for (const { indexes, after } of place.spots) {
    const texts = from.map(({ values }) => values.get(pointerOf(indexes))).filter(isText);
    if (after === undefined || texts.length < from.length) return undefined;
    pairs.push([texts.join(separator), after]);
  }
  return pairs;
}
