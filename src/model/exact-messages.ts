import { ExactNumber, exactNumbersExist } from './exact-number.ts';

/**
 * Exact numbers on their way to another thread: structured clone would make plain objects of them, so they cross as boxed
 * texts, which no JSON holds. Returns the value itself where there is none.
 */
export const packNumbers = (value: unknown): unknown =>
  exactNumbersExist()
    ? replaced(value, (item) => (item instanceof ExactNumber ? Object(item.text) : undefined))
    : value;

/** The other end of `packNumbers`. */
export const unpackNumbers = (value: unknown): unknown =>
  replaced(value, (item) => (item.constructor === String ? new ExactNumber(String(item)) : undefined));

/** A copy of what changes, and itself of what does not. Looks into plain objects and arrays only. */
function replaced(value: unknown, change: (item: object) => unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const changed = change(value);
  if (changed !== undefined) return changed;
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return value;
  let copy: Record<string, unknown> | undefined;
  for (const [key, item] of Object.entries(value)) {
    const next = replaced(item, change);
    if (next !== item)
      (copy ??= (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>)[key] = next;
  }
  return copy ?? value;
}
