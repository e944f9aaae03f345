import type { Json, JsonObject } from '../../model/json.ts';

/**
 * Puts back what a schema's parse left out: the fields of `input` that it does not declare, at every depth where it
 * made a copy. Done after the parse instead of by loose schemas, since loose halves of an intersection contradict
 * each other about coerced fields, and since Zod drops an own `__proto__` in any case. Writes into `output` only,
 * and only what it does not have. Returns the top-level fields that are another value than in `input` all the same.
 */
export function keepUndeclared(input: JsonObject, output: JsonObject): JsonObject | undefined {
  let changed: JsonObject | undefined;
  eachDifference(input, output, (key) => keep((changed ??= {}), key, output[key]!));
  return changed;
}

/** True when `output` is, or has become by what was put back, the same value as `input`. */
function completed(input: Json, output: Json): boolean {
  if (input === output) return true;
  if (!isContainer(input) || !isContainer(output)) return false;
  if (Array.isArray(input)) {
    if (!Array.isArray(output) || input.length !== output.length) return false;
    let same = true;
    for (let index = 0; index < input.length; index++)
      if (!completed(input[index]!, output[index]!)) same = false;
    return same;
  }
  let same = !Array.isArray(output);
  eachDifference(input, output, () => (same = false));
  return same;
}

function eachDifference(
  input: Readonly<Container>,
  output: Container,
  onDifference: (key: string) => void,
): void {
  for (const key in input) {
    const value = input[key]!;
    // Equal values are own ones: nothing that a prototype holds is the value of an event.
    if (output[key] === value) continue;
    if (!Object.hasOwn(output, key)) keep(output, key, value);
    else if (!completed(value, output[key]!)) onDifference(key);
  }
  for (const key in output) {
    if (output[key] === input[key] || output[key] === undefined) continue;
    if (!Object.hasOwn(input, key)) onDifference(key);
  }
}

type Container = Record<string, Json>;

const isContainer = (value: Json): value is Json & Container => typeof value === 'object' && value !== null;

function keep(output: Container, key: string, value: Json): void {
  // Plain assignment would change the object's prototype.
  if (key === '__proto__') {
    Object.defineProperty(output, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    output[key] = value;
  }
}
