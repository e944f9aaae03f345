import {
  ExactNumber,
  compareNumbers,
  decimalOf,
  isAnyNumber,
  isWholeNumber,
} from '../../model/exact-number.ts';
import { type Json, type JsonObject, setOwn } from '../../model/json.ts';

/** The exact numbers of a value whose places floats have taken: by container and key. */
export type Originals = WeakMap<object, Map<string, ExactNumber>>;

/**
 * A copy with a float in place of each exact number: whole, negative and large where the number is, so that type and sign
 * are the same to a compiled check. What compares numbers asks `originalAt`.
 */
export function withStandIns<T extends Json>(value: T, originals: Originals): T;
export function withStandIns(value: Json, originals: Originals): Json {
  if (typeof value !== 'object' || value === null || value instanceof ExactNumber) return value;
  const copy: Json[] | JsonObject = Array.isArray(value) ? [...value] : {};
  for (const [key, item] of Object.entries(value)) {
    if (!(item instanceof ExactNumber)) {
      setOwn(copy as JsonObject, key, withStandIns(item, originals));
      continue;
    }
    setOwn(copy as JsonObject, key, standInFor(item));
    const known = originals.get(copy) ?? new Map<string, ExactNumber>();
    originals.set(copy, known.set(key, item));
  }
  return copy;
}

function standInFor(number: ExactNumber): number {
  const size = isWholeNumber(number) ? 2 ** 53 : 0.5;
  return compareNumbers(number, 0) < 0 ? -size : size;
}

/** What stood there before; the value itself where nothing took its place. */
export function originalAt(originals: Originals, container: unknown, key: string, value: unknown): unknown {
  if (typeof value !== 'number' || typeof container !== 'object' || container === null) return value;
  return originals.get(container)?.get(key) ?? value;
}

/** Text that is the same for two values that are the same JSON, numbers compared exactly, and only then. */
export function identityOf(place: Place): string {
  const { value } = place;
  if (isAnyNumber(value)) {
    const { negative, digits, exponent } = decimalOf(value);
    return `${negative ? '-' : ''}${digits}e${exponent}`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? '';
  const keys = Object.keys(value);
  if (Array.isArray(value)) return `[${keys.map((key) => identityOf(within(place, key))).join(',')}]`;
  return `{${keys
    .toSorted()
    .map((key) => `${JSON.stringify(key)}:${identityOf(within(place, key))}`)
    .join(',')}}`;
}

/** A value, with what its exact numbers were. */
export interface Place {
  value: unknown;
  originals: Originals;
}

export const within = ({ value, originals }: Place, key: string): Place => ({
  value: originalAt(originals, value, key, (value as Record<string, unknown>)[key]),
  originals,
});
