import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimalOf, ExactNumber } from '../../src/model/exact-number.ts';
import { sameDecimal } from '../../src/model/decimal.ts';
import { parseExact } from '../../src/model/exact-json.ts';

/** Numbers that no 64-bit float stands for, of any length. */
const sent = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.bigInt({ min: 1n, max: 10n ** 40n }).map(String),
    fc.constantFrom('', '.25', '.000000000000000000001'),
    fc.constantFrom('', 'e400', 'E-400', 'e+25'),
  )
  .map((parts) => parts.join(''));
const beside = fc.constantFrom('text', '€uro', 'né', '日本', '😀');

describe('an exact number in JSON text', () => {
  it('is the number that was sent, whatever stands beside it', () => {
    fc.assert(
      fc.property(sent, beside, (number, text) => {
        const written = JSON.stringify({ text, number: new ExactNumber(number), after: text });
        const read = parseExact(written) as { text: string; number: ExactNumber; after: string };
        expect([read.text, read.after]).toEqual([text, text]);
        expect(sameDecimal(decimalOf(read.number), decimalOf(new ExactNumber(number)))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it.each(['9007199254740993', '1e400', '-1E-400', '1.5e999'])('%s beside text beyond Latin-1', (number) => {
    const written = JSON.stringify({ note: '€uro', ref: new ExactNumber(number) });
    const read = parseExact(written) as { ref: ExactNumber };
    expect(sameDecimal(decimalOf(read.ref), decimalOf(new ExactNumber(number)))).toBe(true);
  });
});
