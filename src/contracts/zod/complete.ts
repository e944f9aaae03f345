import { ExactNumber } from '../../model/exact-number.ts';
import { type Json, type JsonObject, isContainer, isObject, jsonType, sameScalar } from '../../model/json.ts';
import { numberOfBigInt } from './bigints.ts';
import { isBare, isUnchanged } from './unchanged.ts';
import type { Remade } from './remade.ts';
import { type Result, fail, ok } from '../../model/result.ts';

export interface Completed {
  value: JsonObject;
  /** The top-level fields of `value` that the event does not have, or has otherwise. */
  changed: JsonObject | undefined;
}

/** Something in what a schema returned that JSON can't say. */
export interface NoJson {
  path: readonly string[];
  /** With its article: `a bigint`. */
  what: string;
}

/**
 * Makes the value of an event from what its schema returned: puts back the fields of `input` that the schema does not
 * declare, at every depth (and not what a transform has dropped: `remade`), and refuses what is no JSON, which would be lost in silence on its way to a column. Done after
 * the parse instead of by loose schemas, since loose halves of an intersection contradict each other about coerced
 * fields, and since Zod drops an own `__proto__` in any case. Writes into neither: what a schema returned may be frozen,
 * or be shared by all events.
 */
export function complete(input: JsonObject, output: unknown, remade?: Remade): Result<Completed, NoJson> {
  if (isUnchanged(input, output)) return ok({ value: output, changed: undefined });
  const walk: Walk = { path: [], left: maxContainers, charactersLeft: maxNewCharacters };
  try {
    if (!isObject(output)) throw new Fault(output === undefined ? 'nothing' : whatIs(output));
    const differs: string[] = [];
    const value = completeObject(input, output, walk, { remade, onDifference: (key) => differs.push(key) });
    if (differs.length === 0) return ok({ value, changed: undefined });
    const changed: JsonObject = {};
    for (const key of differs) if (Object.hasOwn(value, key)) keep(changed, key, value[key]!);
    return ok({ value, changed });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return fail({ path: walk.path, what: error.what });
  }
}

interface Walk {
  /** Where the walk is, and stays when it ends early. */
  path: string[];
  left: number;
  charactersLeft: number;
}

class Fault {
  readonly what: string;
  constructor(what: string) {
    this.what = what;
  }
}

/** No schema makes so many of an event, but one whose parts lead back to themselves. */
const maxContainers = 2_000_000;
const maxDepth = 1000;
/** Of text that a schema may make beyond what was sent. */
const maxNewCharacters = 2 ** 24;

function completeObject(
  input: Readonly<Container>,
  output: Container,
  walk: Walk,
  { remade, onDifference }: { remade: Remade | undefined; onDifference: (key: string) => void },
): Container {
  enter(output, walk);
  let result = output;
  const write = (key: string, value: Json): void => {
    if (result === output) result = { ...output };
    keep(result, key, value);
  };
  for (const key in input) {
    const value = input[key]!;
    // Equal values are own ones: nothing that a prototype holds is the value of an event.
    if (output[key] === value) continue;
    if (!Object.hasOwn(output, key)) {
      if (remade?.given.has(key) === true) onDifference(key);
      else write(key, value);
      continue;
    }
    // Nothing is lost when a null becomes nothing; anything else would be.
    if (value === null && output[key] === undefined) {
      onDifference(key);
      write(key, null);
      continue;
    }
    walk.path.push(key);
    const [now, same] = completed(value, output[key], walk, remade?.fields.get(key));
    walk.path.pop();
    if (now !== output[key]) write(key, now);
    if (!same) onDifference(key);
  }
  for (const key in output) {
    const value: unknown = output[key];
    if (value === input[key] || value === undefined || Object.hasOwn(input, key)) continue;
    walk.path.push(key);
    const [now] = completed(undefined, value, walk);
    walk.path.pop();
    if (now !== value) write(key, now);
    onDifference(key);
  }
  return result;
}

/** The completed output, and whether it is the same value as `input`. */
function completed(
  input: Json | undefined,
  output: unknown,
  walk: Walk,
  remade?: Remade,
): [value: Json, same: boolean] {
  if (input === output && input !== undefined) return [input, true];
  const spelled = inJson(output);
  if (!isContainer(spelled)) {
    const value = primitive(spelled);
    if (typeof value === 'string') countNew(input, value, walk);
    return [value, sameScalar(input, value)];
  }
  if (Array.isArray(spelled)) return completedArray(input, spelled, walk, remade?.items);
  let same = isObject(input);
  const onDifference = (): void => void (same = false);
  const value = completeObject(isObject(input) ? input : none, spelled, walk, { remade, onDifference });
  return [value, same];
}

function completedArray(
  input: Json | undefined,
  output: readonly unknown[],
  walk: Walk,
  remade: Remade | undefined,
): [value: Json, same: boolean] {
  enter(output, walk);
  let result = output as Json[];
  const items = Array.isArray(input) && input.length === output.length ? input : undefined;
  let same = items !== undefined;
  for (let index = 0; index < output.length; index++) {
    walk.path.push(String(index));
    const [now, isSame] = completed(items?.[index], output[index], walk, remade);
    walk.path.pop();
    if (!isSame) same = false;
    if (now === output[index]) continue;
    if (result === output) result = [...(output as Json[])];
    result[index] = now;
  }
  return [result, same];
}

/** A text that a few characters were turned into costs its event, not the memory of the service. */
function countNew(input: Json | undefined, output: string, walk: Walk): void {
  walk.charactersLeft -= Math.max(0, output.length - (typeof input === 'string' ? input.length : 0));
  if (walk.charactersLeft < 0) throw new Fault(`more than ${maxNewCharacters} characters`);
}

function enter(container: object, walk: Walk): void {
  if (--walk.left < 0 || walk.path.length > maxDepth) throw new Fault('nesting without end');
  if (Array.isArray(container)) return;
  if (!isBare(container)) throw new Fault(whatIs(container));
}

function primitive(value: unknown): Json {
  if (value instanceof ExactNumber) return value;
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new Fault(value === undefined ? 'nothing' : whatIs(value));
}

/** What JSON has another form for: a bigint is a number there, and an instant is text. */
function inJson(value: unknown): unknown {
  if (typeof value === 'bigint') return numberOfBigInt(value);
  return value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : value;
}

function whatIs(value: unknown): string {
  if (typeof value === 'number') return Number.isNaN(value) ? 'NaN' : 'an infinite number';
  if (typeof value !== 'object' || value === null) return `a ${typeof value}`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'an invalid Date' : 'a Date';
  if (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype)
    return `an ${jsonType(value as Json)}`;
  const { name } = (value.constructor as { name?: unknown } | undefined) ?? {};
  return `an object of class ${typeof name === 'string' && name !== '' ? name.slice(0, 40) : 'unknown'}`;
}

type Container = Record<string, Json>;

const none: Container = {};

function keep(output: Container, key: string, value: Json): void {
  // Plain assignment would change the object's prototype.
  if (key === '__proto__') {
    Object.defineProperty(output, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    output[key] = value;
  }
}
