import { ExactNumber } from '../../src/model/exact-number.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExact } from '../../src/model/exact-json.ts';
import { measureWork } from '../helpers/work.ts';

describe('parseExact', () => {
  it.each([
    ['1.10', 1.1],
    ['1e2', 100],
    ['-0.0', -0],
    ['0.30000000000000004', 0.30000000000000004],
    ['9007199254740993', new ExactNumber('9007199254740993')],
    ['12345678901234567.89', new ExactNumber('12345678901234567.89')],
    ['1e400', new ExactNumber('1e400')],
    ['1e-400', new ExactNumber('1e-400')],
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

  it('takes what JSON.parse takes, and nothing else', () => {
    const splinters = [
      '"',
      '\\',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '0',
      '-',
      '.',
      'e',
      'u00e9',
      '\n',
      '\t',
      ' ',
      'null',
      '\u0000',
    ];
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 3 }),
        fc.nat(),
        fc.nat(3),
        fc.constantFrom('', ...splinters),
        (value, place, removed, splinter) => {
          const text = JSON.stringify(value, undefined, place % 2);
          const at = place % (text.length + 1);
          const broken = text.slice(0, at) + splinter + text.slice(at + removed);
          fc.pre(!broken.includes('__proto__'));
          let expected: unknown;
          try {
            expected = JSON.parse(broken);
          } catch {
            expect(() => parseExact(broken)).toThrow(/^not JSON at position \d+$|^Duplicate key/);
            return;
          }
          let exact: unknown;
          try {
            exact = parseExact(broken);
          } catch (error) {
            expect((error as Error).message).toContain('Duplicate key');
            return;
          }
          // A number that a float rounds is a text here.
          if (!/[\d.]{16}|\de/i.test(broken)) expect(exact).toEqual(expected);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['{"a":1,}', 7],
    ['{"a" 1}', 5],
    ['{"a":"b\nc"}', 7],
    [String.raw`{"a":"b\x"}`, 7],
    [String.raw`{"a":"\u12g4"}`, 6],
    ['{"a":"b', 7],
    ['[1 2]', 3],
    ['{"a":01}', 6],
    ['{"a":tru}', 5],
    ['{} x', 3],
    ['', 0],
  ])('says where %j is no JSON any more', (text, position) => {
    expect(() => parseExact(text)).toThrow(new SyntaxError(`not JSON at position ${position}`));
  });

  it('keeps a key "__proto__" as a key', () => {
    expect(Object.keys(parseExact('{"__proto__":{"a":1}}') as object)).toEqual(['__proto__']);
  });

  it.each([
    ['digits', '1'.repeat(9e6)],
    ['escapes and quotes', '"\\\n": '.repeat(1.5e6)],
    ['backslashes', '\\'.repeat(4e6)],
  ])('reads 9 MB of %s without standing still for it', (_, long) => {
    const text = JSON.stringify({ long, n: 1 });
    const worked = measureWork();
    expect(parseExact(text)).toEqual({ long, n: 1 });
    expect(worked()).toBeLessThan(900);
  });

  it('refuses a key that stands twice with different values', () => {
    expect(() => parseExact('{"a":1,"a":2}')).toThrow(/[Dd]uplicate key/);
  });
});
