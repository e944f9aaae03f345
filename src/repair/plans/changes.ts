import type { Json, JsonObject } from '../../model/json.ts';
import { describeOperation } from './describe-plan.ts';
import type { Operation, Plan } from '../../model/plan.ts';
import { bind, matchPrefix, pointerOf, segmentsOf, valueAt } from '../../model/pointer.ts';
import { type Path, differences } from './provenance/differences.ts';

/** What a repair did to one value of an event, for a person to read. */
export interface Change {
  /** JSON Pointer in the result; of a removed value, in the original. */
  path: string;
  kind: 'added' | 'changed' | 'removed';
  /** JSON Pointers in the original of the values that this one was made of; none for one that a person entered. */
  from: string[];
  /** The operations that made it, in plain words, in their order. */
  operations: string[];
  by: 'plan' | 'person';
  /** The value it was made of (of several: what stood at the path); absent when there was none. */
  before?: Json;
  /** Absent when it was removed. */
  after?: Json;
}

/** A repair may touch thousands of values; a person reads some. */
const maxChanges = 500;

/** Field by field what a plan, and perhaps a person by hand, made of an event. At most 500. */
export function changesOf(
  original: JsonObject,
  plan: Plan,
  result: JsonObject,
  byHand: readonly string[] = [],
): Change[] {
  const { appeared, vanished } = differences(original, result);
  const entered = byHand.map(segmentsOf);
  const used = new Set<string>();
  const changes = appeared.slice(0, maxChanges).map(({ path, value }): Change => {
    const pointer = pointerOf(path);
    const stood = valueAt(original, path);
    const isEntered = entered.some((hand) => matchPrefix(hand, path) !== undefined);
    const { from, operations } = isEntered ? nothing : originOf(path, plan.operations);
    const sources = from.map(pointerOf);
    for (const source of [pointer, ...sources]) used.add(source);
    const [only] = from.length === 1 ? from : [];
    const before = only === undefined ? stood : valueAt(original, only);
    return {
      path: pointer,
      kind: stood === undefined ? 'added' : 'changed',
      from: sources,
      operations,
      by: isEntered ? 'person' : 'plan',
      ...(before === undefined ? undefined : { before }),
      after: value,
    };
  });
  const isUsed = (path: Path): boolean => path.some((_, at) => used.has(pointerOf(path.slice(0, at + 1))));
  for (const { path, value } of vanished) {
    if (changes.length >= maxChanges) break;
    if (isUsed(path)) continue;
    const removed = plan.operations.filter(
      (operation) => operation.op === 'remove' && matchPrefix(segmentsOf(operation.path), path) !== undefined,
    );
    changes.push({
      path: pointerOf(path),
      kind: 'removed',
      from: [pointerOf(path)],
      operations: removed.map(describeOperation),
      by: removed.length > 0 ? 'plan' : 'person',
      before: value,
    });
  }
  return changes;
}

interface Origin {
  from: Path[];
  operations: string[];
}

const nothing: Origin = { from: [], operations: [] };

/** Follows a value of the result back through the plan, from its last operation to its first. */
function originOf(path: Path, operations: readonly Operation[]): Origin {
  let places: Path[] = [path];
  const words: string[] = [];
  for (const operation of operations.toReversed()) {
    const before = places.map((place) => stepBack(place, operation));
    if (before.every((one) => one === undefined)) continue;
    words.unshift(describeOperation(operation));
    places = before.flatMap((one, at) => one ?? [places[at]!]);
  }
  return { from: places, operations: words };
}

/** Where a value was before an operation; undefined when the operation does not touch it. */
function stepBack(place: Path, operation: Operation): Path[] | undefined {
  const match = (pointer: string) => matchPrefix(segmentsOf(pointer), place);
  const at = (pointer: string, { indexes }: { indexes: string[] }, rest: Path = []): Path => [
    ...bind(segmentsOf(pointer), indexes),
    ...rest,
  ];
  switch (operation.op) {
    case 'move':
    case 'copy': {
      const found = match(operation.to);
      return found && [at(operation.from, found, found.rest)];
    }
    case 'split': {
      const found = operation.to.map(match).find((one) => one !== undefined);
      return found && [at(operation.from, found)];
    }
    case 'split_unit': {
      const found = [operation.number, operation.unit].map(match).find((one) => one !== undefined);
      return found && [at(operation.from, found)];
    }
    case 'join': {
      const found = match(operation.to);
      return found && operation.from.map((from) => at(from, found));
    }
    case 'remove':
      return undefined;
    case 'list':
    case 'parse': {
      const found = match(operation.path);
      return found && [at(operation.path, found)];
    }
    case 'wrap': {
      const found = match(operation.path);
      return found && [at(operation.path, found, found.rest.slice(1))];
    }
    case 'unwrap': {
      const found = match(operation.path);
      return found && [at(operation.path, found, ['0', ...found.rest])];
    }
    default: {
      const found = match(operation.path);
      return found && [place];
    }
  }
}
