import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineContract } from '../../src/contracts/index.ts';
import { contractFromJsonSchema } from '../../src/contracts/json-schema/compile.ts';
import { isLinear } from '../../src/contracts/patterns/linear.ts';

/** A pattern that is not known to be linear is checked where it can be ended; the others at full speed. */
const linear = String.raw`
^[A-Z]{3}$
^\d+$
^3\.0\.\d(-.+)?$
^-?\d+(\.\d+)?$
^https?://.+$
^[a-z0-9]+(?:-[a-z0-9]+)*$
^\+?[1-9]\d{1,14}$
^(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.\d{1,3}){3}$
^[^@]+@[^@]+$
^(?!.*\.\.)[a-z.]+$
^(?=.*[A-Z])(?=.*\d).{8,}$
\d+
^.*foo$
^\S+\.\w{2,4}$
^(pending|paid|failed)$
^(?:/(?:[^~/]|~0|~1)*)*$
^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`;

const slow = String.raw`
^(a+)?a+$
^(?:b?(a+)?)*c$
^(a+)+$
^(a|a)*$
^(a|aa)+$
(a+)+$
\s+$
^(.*a){20}$
(a?){50}a{50}
^(a{1,30}){1,30}$
^(\w+\s?)*$
^[\w.-]+@[\w.-]+\.\w{2,}$
^(?=(a+)+$)
^(a)(\1)*b*a*$
.*x
a+b
^a*(?=a*b)
^(?:a*?a*?)+$
^(x+x+)+y$
(?i:a)*
not [ a pattern`;

const lines = (text: string): string[] => text.trim().split('\n');

describe('what a pattern may cost', () => {
  it.each(lines(linear))('%s is linear', (pattern) => expect(isLinear(pattern)).toBe(true));
  it.each(lines(slow))('%s is not known to be', (pattern) => expect(isLinear(pattern)).toBe(false));

  it('counts letters of another case as the same where case is ignored', () => {
    expect(isLinear('^(?:a+A)*$', 'u')).toBe(true);
    expect(isLinear('^(?:a+A)*$', 'iu')).toBe(false);
    expect(isLinear('^s+\u017F$', 'u')).toBe(true);
    expect(isLinear('^(?:s+\u017F)*$', 'iu')).toBe(false);
  });
});

describe('what a contract has of its own', () => {
  const header = { 'x-contract': { name: 'thing', version: '1.0.0', key: 'id' } };
  const ofSchema = (a: object) =>
    contractFromJsonSchema({ ...header, properties: { id: {}, a: a as never } }).ownCode;
  const ofZod = (a: z.ZodType) =>
    defineContract({ name: 'thing', version: '1.0.0', key: 'id', schema: z.object({ id: z.string(), a }) })
      .ownCode;

  it('is nothing for plain schemas', () => {
    expect(ofSchema({ type: 'string', pattern: '^[a-z]+$', format: 'uri' })).toBeUndefined();
    for (const plain of [
      z.email(),
      z.uuid(),
      z.iso.datetime(),
      z.string().regex(/^x/),
      z.string().min(1).trim(),
    ])
      expect(ofZod(plain)).toBeUndefined();
  });

  it('names the slow patterns with their place', () => {
    expect(ofSchema({ items: { pattern: '^(a+)+$' } })).toMatchObject({
      functions: false,
      slowPatterns: [{ at: '/properties/a/items', pattern: '^(a+)+$' }],
    });
    expect(ofSchema({ patternProperties: { '^(b+)+$': {} } })?.slowPatterns[0]?.pattern).toBe('^(b+)+$');
    expect(ofZod(z.array(z.string().regex(/^(a+)+$/)))).toMatchObject({
      functions: false,
      slowPatterns: [{ at: '/a/*', pattern: '^(a+)+$' }],
    });
    expect(ofZod(z.email({ pattern: /^(a+)+$/ }))?.slowPatterns).toHaveLength(1);
  });

  it.each<[string, z.ZodType]>([
    ['a check', z.string().refine(() => true)],
    ['a transform', z.string().transform((text) => text)],
    ['a fallback', z.string().catch('x')],
    ['a codec', z.codec(z.string(), z.number(), { decode: Number, encode: String })],
    ['something deep within', z.record(z.string(), z.array(z.string().refine(() => true)))],
  ])('is the function of %s', (_, schema) => expect(ofZod(schema)?.functions).toBe(true));
});
