import { z } from 'zod';

/** The readers of our own field types; they leave what they are given alone. */
const ours = new WeakSet<object>();

export function isOurs(transform: z.core.$ZodType): void {
  ours.add(transform);
}

/**
 * Whether a schema runs functions of its author's, which may change what they are given in place. Such a change would go
 * unseen when the schema hands back the very object of the event, so it gets a copy.
 */
export function runsAuthorsCode(schema: z.core.$ZodType, seen = new Set<object>()): boolean {
  if (seen.has(schema) || ours.has(schema)) return false;
  seen.add(schema);
  const def = schema._zod.def as unknown as Record<string, unknown> & { checks?: z.core.$ZodCheck[] };
  if (def['type'] === 'transform' || def['type'] === 'custom' || def['type'] === 'lazy') return true;
  if (def.checks?.some((check) => check._zod.def.check === 'custom') === true) return true;
  return Object.values(def).some((part) => partsOf(part).some((inner) => runsAuthorsCode(inner, seen)));
}

function partsOf(part: unknown): z.core.$ZodType[] {
  if (part instanceof z.core.$ZodType) return [part];
  if (typeof part !== 'object' || part === null) return [];
  return Object.values(part).filter((inner) => inner instanceof z.core.$ZodType);
}
