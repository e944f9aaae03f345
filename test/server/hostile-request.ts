import fc from 'fast-check';
import * as z from 'zod';
import { addressOf, queryString } from '../../src/api/client.ts';
import type { Route } from '../../src/api/route.ts';

/** A request to a route of the API as nobody in their right mind would send it. */
export interface HostileRequest {
  method: string;
  path: string;
  body: string | undefined;
}

const texts = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '.',
    '..',
    '../../etc/passwd',
    '%',
    '%00',
    '\0',
    '\\',
    '/',
    '//',
    '?',
    '#',
    '*',
    '~1',
    '"',
    "'",
    '__proto__',
    'constructor',
    'toString',
    'null',
    'undefined',
    'true',
    '[]',
    '{}',
    '[object Object]',
    '-1',
    '0',
    '1e400',
    'NaN',
    '9007199254740993',
    '9'.repeat(400),
    '2026-13-45',
    '0000-00-00T00:00Z',

    "'; drop table transaction; --",
    'select 1; select 2',
    'a.b',
    '(',
    '^(a+)+$',
    '\u202e',
    'x'.repeat(5000),
    'transaction',
    'open',
    'pipeline',
    'raw_event',
    '/a/b',
    '/__proto__/x',
    '😀'.repeat(500),
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const values: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: texts },
  fc.constantFrom(null, true, 0, -1, 1e308, 2 ** 53, [], {}, [[]], { __proto__: null }),
  fc.jsonValue({ maxDepth: 3 }),
);
const bodies = fc.constantFrom(
  '',
  '{',
  'null',
  '1',
  '"x"',
  '[]',
  '{"a":1,"a":2}',
  '['.repeat(20_000),
  '{"a":1e400}',
);

/** Some of these, by hostile values, and now and then one more. */
function fieldsOf<T>(schema: z.ZodType | undefined, value: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> {
  const names = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const declared = Object.fromEntries(names.map((name) => [name, value]));
  return fc
    .tuple(
      fc.record(declared, { requiredKeys: [] }),
      fc.dictionary(texts, value, { maxKeys: 1 }),
      fc.boolean(),
    )
    .map(([known, others, isStrict]) => (isStrict ? known : { ...known, ...others }) as Record<string, T>);
}

export function hostileRequests(key: string, { query, body }: Route): fc.Arbitrary<HostileRequest> {
  const names = [...key.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  return fc
    .record({
      params: fc.record(Object.fromEntries(names.map((name) => [name, texts]))),
      query: fieldsOf(query, texts),
      body: fc.oneof(
        { weight: 3, arbitrary: fieldsOf(body, values).map((fields) => JSON.stringify(fields)) },
        bodies,
      ),
    })
    .map(({ params, query, body }) => {
      const { method, path } = addressOf(key, params);
      return { method, path: path + queryString(query), body: method === 'POST' ? body : undefined };
    });
}
