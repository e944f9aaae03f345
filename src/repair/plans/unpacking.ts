import type { Contract } from '../../contracts/contract.ts';
import { type Json, type JsonObject, isObject } from '../../model/json.ts';
import type { Plan } from '../../model/plan.ts';
import { covers, pointerOf, segmentsOf, valueAt } from '../../model/pointer.ts';
import { ownNamesOf } from '../healers/heuristics/containers.ts';
import { doubtContext, doubtFor, doubtsWithin } from '../healers/heuristics/doubts.ts';
import { transformOf } from './in-place.ts';
import { isDeclared } from './schema-paths.ts';
import { pathsOf } from './operation-paths.ts';

/** Why nothing may be taken out of the containers that a plan unpacks, in this event; undefined when it may. */
export type UnpackingCheck = (event: JsonObject) => string | undefined;

/** A sender that makes up names beside a container could go on for ever. */
const maxKnownNames = 1000;

/**
 * A plan that unpacks `data` learned it from a record that was created; the next may be one that is deleted, in the same
 * shape. So what speaks against a container is asked of each event, by rules too.
 */
export function compileUnpacking(
  { operations }: Plan,
  { name, table, jsonSchema }: Contract,
): UnpackingCheck {
  const context = doubtContext(ownNamesOf({ name, table }), jsonSchema);
  const containers = new Map<
    string,
    { around: string[]; container: string; targets: string[][]; isDeclared: (name: string) => boolean }
  >();
  for (const operation of operations) {
    const { reads, writes } = pathsOf(operation);
    if (writes.every((path) => reads.includes(path))) continue;
    for (const read of reads) {
      const path = segmentsOf(read);
      for (let depth = 1; depth < path.length; depth++) {
        const at = path.slice(0, depth);
        const key = pointerOf(at);
        const known = containers.get(key);
        known?.targets.push(...writes.map(segmentsOf));
        // Within a declared object fields may change places; out of it, the object is a container as any other.
        const isLeft = !isDeclared(jsonSchema, at) || !writes.every((path) => covers(key, path));
        if (at.includes('*') || known !== undefined || !isLeft) continue;
        const around = at.slice(0, -1);
        containers.set(key, {
          around,
          container: at.at(-1)!,
          targets: writes.map(segmentsOf),
          isDeclared: remembered((other) => isDeclared(jsonSchema, [...around, other])),
        });
      }
    }
  }
  if (containers.size === 0) return () => undefined;
  const places = [...containers.values()];
  return (event) => {
    for (const { around, container, targets, isDeclared: isKnown } of places) {
      const holder = around.length === 0 ? event : valueAt(event, around);
      if (!isObject(holder)) continue;
      const inside = holder[container];
      const doubts = doubtsWithin(holder, isKnown, context, around.length === 0)(container, opened(inside));
      if (doubts.length === 0) continue;
      const doubt = targets.map((target) => doubtFor(doubts, target)).find((reason) => reason !== undefined);
      if (doubt !== undefined) return doubt;
    }
    return undefined;
  };
}

/** An object, also one that is spelled as JSON text: the plan parses it later. */
function opened(inside: Json | undefined): JsonObject {
  if (typeof inside === 'string') {
    const read = transformOf({ op: 'parse', path: '' })(inside);
    return read.ok && isObject(read.value) ? read.value : {};
  }
  const one = Array.isArray(inside) && inside.length === 1 ? inside[0]! : inside;
  return one !== undefined && isObject(one) ? one : {};
}

function remembered(ask: (name: string) => boolean): (name: string) => boolean {
  const known = new Map<string, boolean>();
  return (name) => {
    let answer = known.get(name);
    if (answer === undefined) {
      answer = ask(name);
      if (known.size < maxKnownNames) known.set(name, answer);
    }
    return answer;
  };
}
