import { escapeSegment } from '../../model/pointer.ts';
import { z } from 'zod';
import { isLinear } from '../patterns/linear.ts';
import type { SlowPattern } from '../patterns/slow-patterns.ts';

/** The readers of our own field types; they leave what they are given alone. */
const ours = new WeakSet<object>();

export function isOurs(transform: z.core.$ZodType): void {
  ours.add(transform);
}

/** What of a schema is its author's own, and may do anything and take any time. */
export interface AuthorsCode {
  /**
   * Functions, which may change what they are given in place. Such a change would go unseen when the schema hands back the
   * very object of the event, so it gets a copy.
   */
  functions: boolean;
  slowPatterns: SlowPattern[];
  sources: Source[];
}

/** The text of a function, and the field that it is about. */
export interface Source {
  at: string;
  text: string;
}

export function authorsCodeOf(schema: z.core.$ZodType): AuthorsCode {
  const found: AuthorsCode = { functions: false, slowPatterns: [], sources: [] };
  visit(schema, '', found, new Set());
  return found;
}

/** Those of Zod are known to be harmless. */
const zodsOwn = new Set<unknown>(Object.values(z.regexes));
const withFunctions = new Set(['transform', 'custom', 'lazy', 'catch']);

function visit(schema: z.core.$ZodType, at: string, found: AuthorsCode, seen: Set<object>): void {
  if (seen.has(schema) || ours.has(schema)) return;
  seen.add(schema);
  const def = schema._zod.def as unknown as Record<string, unknown> & { checks?: z.core.$ZodCheck[] };
  const type = String(def['type']);
  if (withFunctions.has(type) || (type === 'pipe' && typeof def['transform'] === 'function'))
    found.functions = true;
  noteSource(def['transform'] ?? def['fn'], at, found);
  for (const check of def.checks ?? []) {
    if (check._zod.def.check === 'custom') {
      found.functions = true;
      noteSource((check._zod.def as { fn?: unknown }).fn ?? check._zod.check, at, found);
    }
    notePatterns(check._zod.def, at, found);
  }
  notePatterns(def, at, found);
  if (type === 'template_literal') notePatterns({ pattern: schema._zod.pattern }, at, found);
  for (const [name, part] of Object.entries(def))
    for (const [key, inner] of partsOf(part)) {
      const below = name === 'shape' ? `${at}/${escapeSegment(key)}` : name === 'element' ? `${at}/*` : at;
      visit(inner, below, found, seen);
    }
}

function noteSource(code: unknown, at: string, { sources }: AuthorsCode): void {
  if (typeof code === 'function') sources.push({ at, text: Function.prototype.toString.call(code) });
}

function notePatterns(def: object, at: string, found: AuthorsCode): void {
  for (const value of Object.values(def))
    if (value instanceof RegExp && !zodsOwn.has(value) && !isLinear(value.source, value.flags))
      found.slowPatterns.push({ at, pattern: value.source });
}

function partsOf(part: unknown): [string, z.core.$ZodType][] {
  if (part instanceof z.core.$ZodType) return [['', part]];
  if (typeof part !== 'object' || part === null) return [];
  return Object.entries(part).filter((entry) => entry[1] instanceof z.core.$ZodType);
}
