import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { shapeOf } from '../../src/repair/healers/llm/shape.ts';
import { textClass } from '../../src/repair/healers/llm/text-class.ts';

describe('what a text looks like', () => {
  it.each([
    ['ana@example.com', 'string:email'],
    ['5f1c8a52-6a0b-4c1e-9a38-0a2b7c9d1e2f', 'string:uuid'],
    ['12.50', 'string:decimal(5)'],
    ['1250', 'string:integer(4)'],
    ['1,234.56', 'string:number 1,234.56-like'],
    ['12,5', 'string:number with decimal comma'],
    ['2026-11-23T20:48:31Z', 'string:date-time ISO 8601'],
    ['25/12/2026', 'string:date DD/MM/YYYY-like (first part above 12)'],
    ['12/25/2026', 'string:date MM/DD/YYYY-like (second part above 12)'],
    ['03/04/2026', 'string:date DD/MM/YYYY or MM/DD/YYYY (ambiguous)'],
    ['EUR', 'string:upper-case letters(3)'],
    [' EUR', 'string:upper-case letters(3), with white space around it'],
    ['Ana Silva', 'string:text(up to 16), 2 parts by " "'],
    ['', 'string:empty'],
  ])('%j is described as %s', (text, expected) => {
    expect(textClass(text)).toBe(expected);
  });
});

describe('the shape of an event', () => {
  it('keeps the keys and drops the values', () => {
    const event = {
      price: 12.5,
      customer: { mail: 'ana@example.com', vip: true, note: null },
      items: [
        { sku: 'A-1', qty: '2' },
        { sku: 'B-2', qty: '3' },
      ],
      payload: '{"amount":"12.50"}',
    };
    expect(shapeOf(event)).toEqual({
      price: 'number',
      customer: { mail: 'string:email', vip: 'boolean', note: 'null' },
      items: ['<array of 2>', { sku: 'string:identifier(3), 2 parts by "-"', qty: 'string:integer(1)' }],
      payload: ['<JSON text of>', { amount: 'string:decimal(5)' }],
    });
  });

  it('masks keys that are values themselves', () => {
    const shape = JSON.stringify(shapeOf({ 'ana@example.com': 1, '4111111111111111': { balance: 2 } }));
    expect(shape).not.toContain('ana@');
    expect(shape).not.toContain('4111');
    expect(shape).toContain('balance');
  });

  it('stays small for an event that is wide, deep or long', () => {
    const wide = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`field_${i}`, 'x'.repeat(1000)]));
    let deep: JsonObject = { bottom: true };
    for (let level = 0; level < 500; level++) deep = { deeper: deep };
    const long = { items: Array.from({ length: 100_000 }, (_, i) => ({ id: i })) };
    for (const event of [wide, deep, long])
      expect(JSON.stringify(shapeOf(event)).length).toBeLessThan(20_000);
  });

  it('describes a key named __proto__ and changes no prototype', () => {
    const event = JSON.parse('{"__proto__":{"admin":true}}') as JsonObject;
    expect(JSON.stringify(shapeOf(event))).toBe('{"__proto__":{"admin":"boolean"}}');
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  });

  it('never shows a value, whatever the event', () => {
    const canary = fc.stringMatching(/^[a-z]{3}Canary[a-z0-9@. -]{0,20}$/);
    const key = fc.stringMatching(/^[a-z_]{1,10}$/);
    const { event } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        canary,
        fc.double(),
        fc.boolean(),
        tie('event'),
        fc.array(tie('value'), { maxLength: 4 }),
      ),
      event: fc.dictionary(key, tie('value'), { maxKeys: 5 }),
    }));
    fc.assert(
      fc.property(event, (event) => {
        expect(JSON.stringify(shapeOf(event as JsonObject))).not.toContain('Canary');
      }),
    );
  });
});
