import { describe, expect, it } from 'vitest';
import {
  contractFromJsonSchema,
  currencyCode,
  date,
  datetime,
  decimal,
  defineContract,
  email,
  eventId,
  integer,
  receivedTimestamp,
  sourceName,
  uuid,
  z,
} from '../../src/contracts/index.ts';
import { foundWords } from '../../src/contracts/found-words.ts';
import { parseExact } from '../../src/model/exact-json.ts';
import type { JsonObject } from '../../src/model/json.ts';

describe('a message says what was expected and what came', () => {
  it.each<[z.ZodType, string, string]>([
    [decimal(), '"12,50"', 'Send /a as decimal: found a number as text, with a comma (5 characters).'],
    [decimal(), '"1,234.5"', 'Send /a as decimal: found a number as text, with group signs (7 characters).'],
    [
      decimal(),
      '"1,187"',
      'Send /a as decimal: found a number as text, with one comma before three digits: thousands or decimals (5 characters).',
    ],
    [decimal({ positive: true }), '-1', 'Send /a as decimal > 0: found a negative integer.'],
    [
      decimal({ scale: 2 }),
      '1.234',
      'Send /a as decimal with at most 2 digits after the point: found a number.',
    ],
    [decimal(), 'null', 'Send /a as decimal: found null.'],
    [decimal(), '[1]', 'Send /a as decimal: found a list of 1.'],
    [decimal(), '{"value":1,"currency":"EUR"}', 'Send /a as decimal: found an object with 2 fields.'],
    [integer(), '1.5', 'Send /a as integer: found a number.'],
    [integer(), '"1.5"', 'Send /a as integer: found a number as text (3 characters).'],
    [integer(), 'true', 'Send /a as integer: found true or false.'],
    [integer({ nonnegative: true }), '-3', 'Send /a as integer ≥ 0: found a negative integer.'],
    [date(), '"03/04/2026"', 'Send /a as date as YYYY-MM-DD: found a date in another order (10 characters).'],
    [
      date(),
      '"2026-03-04T10:00:00Z"',
      'Send /a as date as YYYY-MM-DD: found a date with a time (20 characters).',
    ],
    [date(), '20260304', 'Send /a as date as YYYY-MM-DD: found an integer.'],
    [
      datetime(),
      '"tomorrow"',
      'Send /a as ISO 8601 date-time with its zone, or Unix time: found text of 8 characters.',
    ],
    [datetime(), '""', 'Send /a as ISO 8601 date-time with its zone, or Unix time: found empty text.'],
    [uuid(), '"5f1c8a52"', 'Send /a as UUID: found text of 8 characters.'],
    [
      uuid(),
      '"0190a5c48e7b7c3d9f00112233445566"',
      'Send /a as UUID: found a UUID without hyphens (32 characters).',
    ],
    [uuid(), '12', 'Send /a as UUID: found an integer.'],
    [email(), '"jane.example.org"', 'Send /a as e-mail address: found text of 16 characters.'],
    [email(), '"jane@"', 'Send /a as e-mail address: found text of 5 characters.'],
    [currencyCode(), '"EURO"', 'Send /a as currency code of 3 letters: found text of 4 characters.'],
    [currencyCode(), '978', 'Send /a as currency code of 3 letters: found an integer.'],
    [z.string(), '5', 'Send /a as string: found an integer.'],
    [z.int(), '"x"', 'Send /a as integer: found text of 1 character.'],
    [z.number().int(), '"x"', 'Send /a as integer: found text of 1 character.'],
    [z.array(z.int()).min(2), '"x"', 'Send /a as array: found text of 1 character.'],
    [date(), '"01.02.2026"', 'Send /a as date as YYYY-MM-DD: found a date in another order (10 characters).'],
    [z.ipv4(), '"1.2.3"', 'Send /a as IPv4 address: found text of 5 characters.'],
    [z.string().min(3), '"ab"', 'Send /a as text of ≥ 3 characters: found text of 2 characters.'],
    [z.string().max(3), '"abcd"', 'Send /a as text of ≤ 3 characters: found text of 4 characters.'],
    [z.string().regex(/^x/), '"y"', 'Send /a as text matching /^x/: found text of 1 character.'],
    [
      z.string().refine((t) => t.startsWith('x'), 'must start with x'),
      '"y"',
      'Correct /a (must start with x): found text of 1 character.',
    ],
    [z.enum(['EUR', 'USD']), '"GBP"', 'Send /a as one of EUR, USD: found text of 3 characters.'],
    [z.literal('paid'), '"open"', 'Send /a as paid: found text of 4 characters.'],
    [z.boolean(), '"yes"', 'Send /a as boolean: found a yes or no as text (3 characters).'],
    [z.number(), '"12"', 'Send /a as number: found a whole number as text (2 characters).'],
    [z.number().max(5), '6', 'Send /a as number ≤ 5: found an integer.'],
    [z.number().multipleOf(0.01), '0.005', 'Send /a as multiple of 0.01: found a number.'],
    [z.bigint(), '"5"', 'Send /a as integer: found a whole number as text (1 character).'],
    [z.bigint().min(5n), '3', 'Send /a as integer ≥ 5: found an integer.'],
    [z.int(), '820982911946154508.5', 'Send /a as integer: found a number.'],
    [z.array(z.string()), '"a,b"', 'Send /a as array: found text of 3 characters.'],
    [z.array(z.string()).min(1), '[]', 'Send /a as array of ≥ 1 items: found an empty list.'],
    [z.object({ b: z.string() }), '[]', 'Send /a as object: found an empty list.'],
    [
      z.object({ b: z.string() }),
      '"{\\"b\\":1}"',
      'Send /a as object: found text that looks like JSON (7 characters).',
    ],
    [z.string(), 'null', 'Send /a as string: found null.'],
    [z.string(), '{}', 'Send /a as string: found an empty object.'],
    [date(), '"2026-02-30"', 'Send /a as date as YYYY-MM-DD: found a date that is not in the calendar.'],
    [eventId(), '"abc"', 'Send /a as UUID: found text of 3 characters.'],
    [sourceName('x'), '""', 'Send /a as non-empty text: found empty text.'],
    [
      receivedTimestamp(),
      '"yesterday"',
      'Send /a as ISO 8601 date-time with its zone, or Unix time: found text of 9 characters.',
    ],
    [
      datetime(),
      '"20260304"',
      'Send /a as ISO 8601 date-time with its zone, or Unix time: found a whole number as text (8 characters).',
    ],
    [
      decimal({ precision: 5, scale: 2 }),
      '12345.1',
      'Send /a as decimal with at most 3 digits before the point: found a number.',
    ],
    [
      integer(),
      '"9223372036854775808"',
      'Send /a as integer of at most 9223372036854775807: found a whole number as text (19 characters).',
    ],
    [z.string().startsWith('ab'), '"x"', 'Send /a as text that starts with ab: found text of 1 character.'],
    [z.string().endsWith('ab'), '"x"', 'Send /a as text that ends with ab: found text of 1 character.'],
    [z.ipv4(), '"x"', 'Send /a as IPv4 address: found text of 1 character.'],
    [z.never(), '1', 'Send /a as nothing: found an integer.'],
    [
      z.string().refine(() => false),
      '"x"',
      'Correct /a (a check of the contract fails): found text of 1 character.',
    ],
    [z.union([z.string(), z.number()]), 'true', 'Send /a as string or number: found true or false.'],
  ])('%# %s', (a, sent, message) => {
    const contract = defineContract({ name: 'thing', version: '1.0.0', schema: z.object({ a }) });
    const validation = contract.validate(parseExact(`{"a":${sent}}`) as JsonObject);
    expect(validation.ok ? [] : validation.violations.map((violation) => violation.message)).toEqual([
      message,
    ]);
  });

  it.each<[JsonObject, string, string]>([
    [
      { type: 'string', minLength: 3 },
      '"ab"',
      'Send /a as text of ≥ 3 characters: found text of 2 characters.',
    ],
    [{ type: 'array', minItems: 1 }, '[]', 'Send /a as array of ≥ 1 items: found an empty list.'],
    [{ type: 'array', uniqueItems: true }, '[1,1]', 'Correct /a (no item twice): found a list of 2.'],
    [{ minProperties: 1 }, '{}', 'Send /a as object with ≥ 1 fields: found an empty object.'],
    [
      { additionalProperties: false },
      '{"b":1}',
      'Remove /a/b or declare it in the contract: found an integer.',
    ],
    [{ type: 'string', format: 'ipv4' }, '"x"', 'Send /a as IPv4 address: found text of 1 character.'],
    [
      { type: 'string', format: 'duration' },
      '"1h"',
      'Send /a as ISO 8601 duration: found text of 2 characters.',
    ],
    [{ not: { type: 'string' } }, '"x"', 'Send /a as anything but string: found text of 1 character.'],
    [
      parseExact('{"if":{"type":"string"},"then":{"minLength":3}}') as JsonObject,
      '"x"',
      'Send /a as text of ≥ 3 characters: found text of 1 character.',
    ],
    [
      { contains: { type: 'string' } },
      '[1]',
      'Send /a as list with at least 1 of string: found a list of 1.',
    ],
    [{ propertyNames: { pattern: '^x' } }, '{"y":1}', 'Send /a/y as another field name: found an integer.'],
    [
      { oneOf: [{ type: 'string', minLength: 1 }, { type: 'string' }] },
      '"x"',
      'Send /a as one alternative only, as several fit: found text of 1 character.',
    ],
    [{ items: { type: 'string' } }, '["a",1]', 'Send /a/1 as string: found an integer.'],
    [{ type: 'number', multipleOf: 0.01 }, '0.001', 'Send /a as multiple of 0.01: found a number.'],
    [{ enum: ['a', 'b'] }, '"c"', 'Send /a as one of a, b: found text of 1 character.'],
  ])('%j, as JSON Schema', (a, sent, message) => {
    const header = { 'x-contract': { name: 'thing', version: '1.0.0' } };
    const validation = contractFromJsonSchema({ ...header, properties: { a } }).validate(
      parseExact(`{"a":${sent}}`) as JsonObject,
    );
    expect(validation.ok ? [] : validation.violations.map((violation) => violation.message)).toEqual([
      message,
    ]);
  });

  it.each<[string, string]>([
    ['" "', 'blank text (1 character)'],
    ['"https://example.org"', 'a URL (19 characters)'],
    ['"jane@example.org"', 'text with an @ (16 characters)'],
    ['-820982911946154508', 'a negative integer'],
    ['0.12345678901234567891', 'a number'],
    ['false', 'true or false'],
    ['[1,2,3]', 'a list of 3'],
    ['{"a":1}', 'an object with 1 field'],
  ])('%s is %s', (sent, words) => expect(foundWords(parseExact(sent))).toBe(words));

  it('and never the value, nor does it look at a long one', () => {
    const secret = 'canary-'.repeat(100_000);
    expect(foundWords(secret)).toBe('text of 700000 characters');
  });
});
