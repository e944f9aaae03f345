import type { Contract } from '../../contracts/contract.ts';
import type { JsonObject } from '../../model/json.ts';
import { pointerOf, segmentsOf, valueAt } from '../../model/pointer.ts';
import type { Candidate } from '../healers/heuristics/candidates.ts';
import { conventionsOf } from '../healers/heuristics/convention.ts';
import { gatherObject } from '../healers/heuristics/gather.ts';
import { findJoined, hasTimeBeside } from '../healers/heuristics/join.ts';
import { enough } from '../healers/heuristics/likeness.ts';
import { type Found, type Search, searchFor } from '../healers/heuristics/search.ts';
import { hasTooManyFields } from '../healers/heuristics/size.ts';
import { findSplit } from '../healers/heuristics/split.ts';
import { targetAt } from '../healers/heuristics/target.ts';
import { byShape } from './shapes.ts';
import { type Pair, type Sought, soughtIn } from './sought.ts';
import { isNamed, placesOf } from './undeclared-places.ts';

/** A declared field that an event lacks, and where the healers would find it. */
export interface FoundElsewhere {
  path: readonly string[];
  at: readonly string[];
}

/**
 * The fields that an event lacks and that the healers would find in it if they were required: under another name, in a
 * container, in pieces, or together with another one. Nobody misses them where they are optional, and yet without them the
 * event is not the one that was sent.
 */
export function foundElsewhere(contract: Contract, event: JsonObject): readonly FoundElsewhere[] {
  const sought = soughtIn(event, placesOf(contract));
  if (sought === undefined || hasTooManyFields(event)) return none;
  const named = namedIn(contract)(event, sought);
  const failure = { contract, event, source: '', violations: [], signature: '' };
  const found = [...sought.named, ...sought.loose].filter(({ key }) => named.has(key));
  return sought.isOfNamesAlone ? found : [...found, ...inPieces(searchFor(failure, enough), sought)];
}

const none: readonly never[] = [];

type NamedBy = (event: JsonObject, sought: Sought) => ReadonlySet<string>;
const known = new WeakMap<Contract, NamedBy>();

/** The pairs of which one has the name of the other beside all other fields of the event: the same in all of one shape. */
function namedIn(contract: Contract): NamedBy {
  let named = known.get(contract);
  if (named === undefined) {
    named = byShape((event, sought: Sought) =>
      byName(searchFor({ contract, event, source: '', violations: [], signature: '' }, enough), sought),
    );
    known.set(contract, named);
  }
  return named;
}

function byName(search: Search, { named, loose }: Sought): Set<string> {
  const candidates = new Map(search.candidates.map((candidate) => [pointerOf(candidate.path), candidate]));
  const found = new Set<string>();
  const take = (
    pairs: readonly Pair[],
    isNamed: (candidate: Candidate, path: readonly string[]) => boolean,
  ) => {
    for (const { key, path, at } of pairs) {
      const candidate = candidates.get(pointerOf(at));
      if (candidate === undefined || hasTimeBeside(search, candidate)) continue;
      if (isNamed(candidate, path)) found.add(key);
    }
  };
  take(named, (candidate, path) => isNamed(search, candidate, targetAt(search, path)));
  take(loose, (candidate, path) => {
    const convention = conventionsOf(search).get(candidate);
    return convention === undefined
      ? isNamed(search, candidate, targetAt(search, path))
      : pointerOf(convention.path) === pointerOf(path);
  });
  return found;
}

/** The fields of objects that stand where the objects should, and what was split or joined. */
function inPieces(search: Search, { loose, halves, wholes }: Sought): FoundElsewhere[] {
  const found: FoundElsewhere[] = [];
  const take = (paths: readonly (readonly string[])[], one: Found | undefined): void => {
    if (one?.ok === true) for (const path of paths) found.push({ path, at: segmentsOf(one.from[0]!) });
  };
  const objects = new Map(loose.map(({ path }) => [pointerOf(path.slice(0, -1)), path.slice(0, -1)]));
  for (const object of objects.values())
    if (valueAt(search.failure.event, object) === undefined)
      gatherObject(search, object)?.forEach((one) => take([object], one));
  for (const [one, other] of halves) take([one, other], findSplit(search, [[...one], [...other]])?.found);
  for (const whole of wholes) take([whole], findJoined(search, whole));
  return found;
}
