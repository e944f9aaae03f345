import { type Json, isObject } from '../../../model/json.ts';
import { transformOf } from '../../plans/in-place.ts';
import type { Operation } from '../../../model/plan.ts';
import { bindings, bind, valueAt } from '../../../model/pointer.ts';
import { listedValues } from '../../plans/schema-paths.ts';
import { type Pairs, onField } from './respelling.ts';
import type { Place } from './places.ts';
import type { Strategy } from './strategy.ts';
import type { Workbench } from './workbench.ts';

/** The same value in another type or spelling. */
export const respellInPlace: Strategy = (bench, place) => {
  const pairs = changedPairs(place);
  if (pairs === undefined) return false;
  const found = bench.respell(pairs, place);
  if (found.kind === 'unclear')
    bench.doubt(place, `the edit of ${place.pointer} does not tell ${found.formats.join(' from ')}`);
  if (found.kind !== 'found') return false;
  if (bench.attempt(onField(place.pointer, found.links))) return true;
  doubtUse(bench, place);
  return false;
};

/** Another shape, within which there is more to explain: JSON text that was parsed, an element that was taken out. */
export const reshapeInPlace: Strategy = (bench, place) => {
  const pairs = changedPairs(place);
  if (pairs === undefined) return false;
  const op = (['parse', 'unwrap', 'wrap'] as const).find((name) => {
    const transform = transformOf({ op: name, path: '' });
    return pairs.every(([from, to]) => {
      const made = transform(from);
      return made.ok && made.value !== from && isAlike(made.value, to);
    });
  });
  return op !== undefined && bench.attempt([{ op, path: place.pointer }], { preparing: true });
};

/** A word of the sender's for one of the values that the contract lists. */
export const mapInPlace: Strategy = (bench, place) => {
  const pairs = changedPairs(place);
  if (pairs === undefined) return false;
  const values = mapOf(bench, place, [...pairs, ...unchanged(bench, place)]);
  if (values === undefined) return false;
  if (bench.attempt([values])) return true;
  doubtUse(bench, place);
  return false;
};

/** Undefined when the values are no map to what the contract lists: it may hold no other literal. */
export function mapOf(bench: Workbench, place: Place, pairs: Pairs): Operation | undefined {
  const listed = listedValues(bench.failure.contract.jsonSchema, place.segments);
  const values: Record<string, string | number | boolean | null> = {};
  for (const [from, to] of pairs) {
    if (typeof from === 'object' || (typeof to === 'object' && to !== null) || !listed.includes(to))
      return undefined;
    const input = String(from);
    if (Object.hasOwn(values, input) && values[input] !== to) return undefined;
    values[input] = to;
  }
  return { op: 'map', path: place.pointer, values };
}

function doubtUse(bench: Workbench, place: Place): void {
  const { pointer, segments } = place;
  const isFault = bench.failure.violations.some(({ path }) =>
    place.spots.some((spot) => covers(path, bind(segments, spot.indexes))),
  );
  if (!isFault && bench.isDeclared(segments))
    bench.doubt(place, `${pointer} was valid as it was, and a plan never changes that`);
  else if (segments.includes('*'))
    bench.doubt(place, `${pointer} was changed in some elements only, and a rule changes all alike`);
}

function covers(violation: string, path: readonly string[]): boolean {
  const pointer = path.map((segment) => `/${segment}`).join('');
  return (
    violation === '' ||
    pointer === violation ||
    pointer.startsWith(`${violation}/`) ||
    violation.startsWith(`${pointer}/`)
  );
}

function changedPairs({ spots }: Place): Pairs | undefined {
  const pairs: (readonly [Json, Json])[] = [];
  for (const { before, after } of spots) {
    if (before === undefined || before === null || after === undefined) return undefined;
    pairs.push([before, after]);
  }
  return pairs;
}

/** The elements beside the changed ones, which a map has to name too. */
function unchanged(bench: Workbench, { segments, spots }: Place): Pairs {
  const changed = new Set(spots.map(({ indexes }) => indexes.join('/')));
  return (bindings(bench.current, segments) ?? [])
    .filter((indexes) => !changed.has(indexes.join('/')))
    .flatMap((indexes) => {
      const value = valueAt(bench.current, bind(segments, indexes));
      return value === undefined ? [] : [[value, value] as const];
    });
}

const isAlike = (a: Json, b: Json): boolean =>
  Array.isArray(a) ? Array.isArray(b) && a.length === b.length : isObject(a) && isObject(b);
