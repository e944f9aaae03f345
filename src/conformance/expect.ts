import { AssertionError } from 'node:assert';
import { inspect, isDeepStrictEqual } from 'node:util';

/** The few assertions that the suites need, so that they run under any test runner. */
export interface Expectation {
  toBe(expected: unknown): void;
  /** A property that is undefined counts as absent. */
  toEqual(expected: unknown): void;
  /** Objects may have more properties than are expected; lists may not have more items. */
  toMatchObject(expected: object): void;
  toHaveLength(expected: number): void;
  toContain(expected: unknown): void;
  notToContain(expected: unknown): void;
  toBeUndefined(): void;
}

export function expect(actual: unknown): Expectation {
  const check = (holds: boolean, expectation: string, expected: unknown): void => {
    if (holds) return;
    const message = `expected ${inspect(actual, { depth: 9 })} ${expectation} ${inspect(expected, { depth: 9 })}`;
    throw new AssertionError({ message, actual, expected, operator: expectation, stackStartFn: expect });
  };
  const contains = (expected: unknown): boolean =>
    (actual as { includes(item: unknown): boolean }).includes(expected);
  return {
    toBe: (expected) => check(Object.is(actual, expected), 'to be', expected),
    toEqual: (expected) => check(isDeepStrictEqual(plain(actual), plain(expected)), 'to equal', expected),
    toMatchObject: (expected) => check(matches(actual, expected), 'to match', expected),
    toHaveLength: (expected) =>
      check((actual as unknown[]).length === expected, 'to have the length', expected),
    toContain: (expected) => check(contains(expected), 'to contain', expected),
    notToContain: (expected) => check(!contains(expected), 'not to contain', expected),
    toBeUndefined: () => check(actual === undefined, 'to be', undefined),
  };
}

/** Resolves when the promise is rejected with a message that fits. */
export async function expectRejection(promise: Promise<unknown>, message: RegExp): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const text = error instanceof Error ? error.message : 'no rejection';
  if (message.test(text)) return;
  throw new AssertionError({ message: `expected a rejection like ${message}, got: ${text}` });
}

/** Without properties that are undefined, and without prototypes. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.map(([key, inner]) => [key, plain(inner)]));
}

function matches(actual: unknown, expected: unknown): boolean {
  if (Array.isArray(expected))
    return (
      Array.isArray(actual) &&
      actual.length === expected.length &&
      expected.every((item, at) => matches(actual[at], item))
    );
  if (typeof expected !== 'object' || expected === null) return Object.is(actual, expected);
  if (typeof actual !== 'object' || actual === null) return false;
  return Object.entries(expected).every(([key, inner]) =>
    matches((actual as Record<string, unknown>)[key], inner),
  );
}
