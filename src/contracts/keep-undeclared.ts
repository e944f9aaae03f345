type Container = Record<string, unknown>;

const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null;

/**
 * Puts back what a schema's parse left out: the fields of `input` that it does not declare, at every depth where it
 * made a copy. Done after the parse instead of by loose schemas, since loose halves of an intersection contradict
 * each other about coerced fields, and since Zod drops an own `__proto__` in any case. Writes into `output` only,
 * and only what it does not have.
 */
export function keepUndeclared(input: unknown, output: unknown): void {
  if (input === output || !isContainer(input) || !isContainer(output)) return;
  if (Array.isArray(input)) {
    if (!Array.isArray(output) || input.length !== output.length) return;
    for (let index = 0; index < input.length; index++) keepUndeclared(input[index], output[index]);
    return;
  }
  for (const key in input) {
    if (!Object.hasOwn(output, key)) keep(output, key, input[key]);
    else if (typeof input[key] === 'object') keepUndeclared(input[key], output[key]);
  }
}

function keep(output: Container, key: string, value: unknown): void {
  // Plain assignment would change the object's prototype.
  if (key === '__proto__') {
    Object.defineProperty(output, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    output[key] = value;
  }
}
