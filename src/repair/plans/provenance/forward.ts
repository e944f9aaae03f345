import { type Json, type JsonObject, isContainer } from '../../../model/json.ts';
import { bind, matchPrefix, pointerOf, valueAt } from '../../../model/pointer.ts';
import { type Leaf, type Path, isSameLeaf, leavesOf } from './differences.ts';
import { type Trace, type TraceStep, isAround, matchExactly, maxLookups, readsOf, spelled } from './trace.ts';

/** What must stand at the end of the way: the value itself, or a text that holds it, once it was joined to others. */
type Wanted = { is: Json } | { holds: string };

/**
 * Whether a leaf of the original still is in the result, or was removed by name: follows it through the plan, each
 * operation done or left out.
 */
export function createForward(trace: Trace, result: JsonObject): (leaf: Leaf) => boolean {
  const known = new Map<string, boolean>();
  let lookups = 0;

  const reads = trace.map(readsOf);

  const arrives = (path: Path, wanted: Wanted, from: number): boolean => {
    let index = from;
    while (index < trace.length && !isAround(reads[index]!, path)) index++;
    const step = trace[index];
    if (step === undefined) return stands(valueAt(result, path), wanted);
    const key = `${index}${pointerOf(path)} ${JSON.stringify(wanted)}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    if (++lookups > maxLookups) return false;
    const next = (at: Path, value: Wanted) => arrives(at, value, index + 1);
    const found = next(path, wanted) || goesOn(step, path, wanted, next, result);
    known.set(key, found);
    return found;
  };
  return ({ path, value }) => arrives(path, { is: value }, 0);
}

function stands(found: Json | undefined, wanted: Wanted): boolean {
  if ('is' in wanted) return isSameLeaf(found, wanted.is);
  return typeof found === 'string' && found.includes(wanted.holds);
}

/** Whether a value arrives when this operation was done to it. */
function goesOn(
  step: TraceStep,
  path: Path,
  wanted: Wanted,
  next: (path: Path, wanted: Wanted) => boolean,
  result: JsonObject,
): boolean {
  switch (step.kind) {
    case 'relocate': {
      const match = matchPrefix(step.from, path);
      return match !== undefined && next([...bind(step.to, match.indexes), ...match.rest], wanted);
    }
    case 'drop':
      return matchPrefix(step.path, path) !== undefined;
    case 'split': {
      const indexes = matchExactly(step.from, path);
      const text = textOf(wanted);
      if (indexes === undefined || text === undefined) return false;
      const parts = step.cut(text);
      if (parts?.length !== step.to.length) return false;
      return parts.every((part, at) => next(bind(step.to[at]!, indexes), { is: part }));
    }
    case 'join':
      return step.from.some((from) => {
        const indexes = matchExactly(from, path);
        const text = textOf(wanted);
        return indexes !== undefined && text !== undefined && next(bind(step.to, indexes), { holds: text });
      });
    case 'parse': {
      const text = textOf(wanted);
      if (matchExactly(step.path, path) === undefined || text === undefined) return false;
      const value = spelled(text);
      if (!isContainer(value)) return false;
      for (const leaf of leavesOf(value))
        if (leaf.value !== null && !next([...path, ...leaf.path], { is: leaf.value })) return false;
      return true;
    }
    case 'list': {
      const parts = matchExactly(step.path, path) && step.cut(textOf(wanted) ?? '');
      return parts?.every((part, index) => next([...path, String(index)], { is: part })) === true;
    }
    case 'unlist': {
      const isElement = matchExactly([...step.path, '*'], path) !== undefined;
      const text = textOf(wanted);
      return isElement && text !== undefined && next(path.slice(0, -1), { holds: text });
    }
    case 'zoned': {
      const indexes = matchExactly(step.path, path);
      const zone = indexes && valueAt(result, bind(step.zone, indexes));
      const changed = zone === undefined || !('is' in wanted) ? undefined : step.respell(wanted.is, zone);
      return changed !== undefined && next(path, { is: changed });
    }
    case 'wrap': {
      const match = matchPrefix(step.path, path);
      return match !== undefined && next([...path.slice(0, step.path.length), '0', ...match.rest], wanted);
    }
    case 'unwrap': {
      const match = matchPrefix([...step.path, '0'], path);
      return match !== undefined && next([...path.slice(0, step.path.length), ...match.rest], wanted);
    }
    default: {
      if (matchExactly(step.path, path) === undefined) return false;
      if ('holds' in wanted) {
        const held = step.keepsText ? step.respell(wanted.holds) : undefined;
        return typeof held === 'string' && next(path, { holds: held });
      }
      const changed = step.respell(wanted.is);
      return changed !== undefined && next(path, { is: changed });
    }
  }
}

/** A text that is known whole. */
function textOf(wanted: Wanted): string | undefined {
  return 'is' in wanted && typeof wanted.is === 'string' ? wanted.is : undefined;
}
