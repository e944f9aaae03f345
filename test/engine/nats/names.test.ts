import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeKey, decodeToken, encodeKey, encodeToken } from '../../../src/engine/nats/names.ts';
import { SortedKeys } from '../../../src/engine/nats/sorted-keys.ts';

const anyText = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => text.isWellFormed());

describe('names on NATS', () => {
  it('any text is a token of a subject, and comes back', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(encodeToken(text)).toMatch(/^[\w=-]+$/);
        expect(decodeToken(encodeToken(text))).toBe(text);
      }),
    );
  });

  it('any key is a subject whose tokens are its parts, and comes back', () => {
    fc.assert(
      fc.property(fc.array(anyText, { minLength: 1, maxLength: 5 }), (parts) => {
        const key = parts.join('/');
        expect(encodeKey(key)).toMatch(/^[\w=-]+(\.[\w=-]+)*$/);
        expect(decodeKey(encodeKey(key))).toBe(key);
      }),
    );
  });
});

describe('sorted keys', () => {
  it('are in the order of their bytes, whatever was added and deleted before', () => {
    const change = fc.record({ key: anyText, add: fc.boolean(), look: fc.boolean() });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), anyText, (changes, prefix) => {
        const keys = new SortedKeys();
        const model = new Set<string>();
        for (const { key, add, look } of changes) {
          if (add) keys.add(key);
          else keys.delete(key);
          if (add) model.add(key);
          else model.delete(key);
          if (look) keys.from('', undefined).next();
        }
        const sorted = [...model].toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        expect([...keys.from('', undefined)]).toEqual(sorted);
        const after = sorted[Math.floor(sorted.length / 2)];
        expect([...keys.from('', after)]).toEqual(
          sorted.slice(after === undefined ? 0 : sorted.indexOf(after) + 1),
        );
        const atPrefix = sorted.filter((key) => Buffer.compare(Buffer.from(key), Buffer.from(prefix)) >= 0);
        expect([...keys.from(prefix, undefined)]).toEqual(atPrefix);
      }),
    );
  });
});
