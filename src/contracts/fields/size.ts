import { type Json, isObject } from '../../model/json.ts';

/**
 * Above this many values, an event's violations are not all collected: one wrong element type in an array of
 * millions would cost gigabytes to say the same thing millions of times.
 */
export const maxExplainedValues = 10_000;

/** Whether `root` holds more than `limit` values, itself included. Stops counting there. */
export function hasMoreValuesThan(root: Json, limit: number): boolean {
  let count = 1;
  const containers: Json[] = [root];
  for (let container = containers.pop(); container !== undefined; container = containers.pop()) {
    if (Array.isArray(container)) {
      count += container.length;
      if (count > limit) return true;
      for (const value of container) if (typeof value === 'object' && value !== null) containers.push(value);
    } else if (isObject(container)) {
      for (const key in container) {
        if (++count > limit) return true;
        const value = container[key];
        if (typeof value === 'object' && value !== null) containers.push(value);
      }
    }
  }
  return count > limit;
}
