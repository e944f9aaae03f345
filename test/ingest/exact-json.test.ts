import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExact } from '../../src/ingest/exact-json.ts';

describe('parseExact', () => {
  it.each([
    ['1.10', 1.1],
    ['1e2', 100],
    ['-0.0', -0],
    ['0.30000000000000004', 0.30000000000000004],
    ['9007199254740993', '9007199254740993'],
    ['12345678901234567.89', '12345678901234567.89'],
    ['1e400', '1e400'],
    ['1e-400', '1e-400'],
  ])('reads %s as %j', (lexeme, value) => {
    expect(parseExact(`{"n":${lexeme}}`)).toEqual({ n: value });
  });

  it('reads whatever JSON.stringify writes as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!text.includes('__proto__'));
        expect(parseExact(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('refuses a key that stands twice with different values', () => {
    expect(() => parseExact('{"a":1,"a":2}')).toThrow(/[Dd]uplicate key/);
  });
});
