import type { JsonObject } from '../../model/json.ts';
import { textFor } from './pattern.ts';

/** Texts of the formats of JSON Schema, and of our own. `n` makes them differ: 0 to 99. */
const formats: Record<string, (n: number) => string> = {
  'date-time': (n) => `2026-01-15T10:30:${two(n % 60)}Z`,
  date: (n) => `2026-01-${two((n % 28) + 1)}`,
  time: (n) => `10:30:${two(n % 60)}Z`,
  duration: (n) => `PT${n + 1}M`,
  email: (n) => `user${n}@example.com`,
  'idn-email': (n) => `user${n}@example.com`,
  hostname: (n) => `host${n}.example.com`,
  'idn-hostname': (n) => `host${n}.example.com`,
  ipv4: (n) => `192.0.2.${n + 1}`,
  ipv6: (n) => `2001:db8::${n + 1}`,
  uri: (n) => `https://example.com/${n}`,
  'uri-reference': (n) => `/${n}`,
  iri: (n) => `https://example.com/${n}`,
  'iri-reference': (n) => `/${n}`,
  'uri-template': (n) => `https://example.com/{id}/${n}`,
  uuid: (n) => `5f0c1d0e-8a3b-4d7e-9c55-1f2e3d4c5b${two(n)}`,
  'json-pointer': (n) => `/items/${n}`,
  'relative-json-pointer': (n) => `${n}`,
  regex: (n) => `^a{${n + 1}}$`,
  decimal: (n) => `${n + 9}.90`,
};

const two = (n: number): string => String(n % 100).padStart(2, '0');

/** A text that the schema allows: by its format, else by its pattern, else of its length. Undefined: none was found. */
export function sampleText(schema: JsonObject, n: number): string | undefined {
  const { format, pattern } = schema;
  const matches = typeof pattern === 'string' ? compiled(pattern) : undefined;
  const formatted = typeof format === 'string' ? formats[format]?.(n) : undefined;
  if (formatted !== undefined && matches?.test(formatted) !== false) return formatted;
  if (typeof pattern === 'string') {
    const text = textFor(pattern);
    return text !== undefined && matches?.test(text) === true ? fitted(text, schema, matches) : undefined;
  }
  return fitted(n === 0 ? 'text' : `text ${n}`, schema, undefined);
}

function compiled(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern, 'u');
  } catch {
    // Patterns that the validator reads in another way, such as \Z.
    return undefined;
  }
}

function fitted(
  text: string,
  { minLength, maxLength }: JsonObject,
  matches: RegExp | undefined,
): string | undefined {
  const min = typeof minLength === 'number' ? minLength : 0;
  const max = typeof maxLength === 'number' ? maxLength : Infinity;
  if (min > 10_000) return undefined;
  let fit = text;
  while (fit.length < min) fit += fit.at(-1) ?? 'x';
  if (fit.length > max) fit = fit.slice(0, max);
  return matches?.test(fit) === false ? undefined : fit;
}
