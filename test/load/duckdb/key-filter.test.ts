import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyFilter } from '../../../src/load/destinations/duckdb/key-filter.ts';

const word = fc.oneof(fc.constantFrom(0, 1, 2 ** 32 - 1), fc.integer({ min: 0, max: 2 ** 32 - 1 }));

describe('the filter of keys', () => {
  it('has all that was added, through every growth', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word), { maxLength: 3000 }), (hashes) => {
        const filter = new KeyFilter();
        for (const hash of hashes) filter.add(...hash);
        return hashes.every((hash) => filter.has(...hash));
      }),
      { numRuns: 50 },
    );
  });

  it('tells new hashes from those that are there', () => {
    const filter = new KeyFilter();
    expect(filter.has(7, 9)).toBe(false);
    expect(filter.add(7, 9)).toBe(true);
    expect(filter.add(7, 9)).toBe(false);
    expect(filter.has(9, 7)).toBe(false);
    expect(filter.size).toBe(1);
  });

  it('stays quick when all hashes share a half, as a sender may contrive', () => {
    const filter = new KeyFilter();
    for (let i = 0; i < 200_000; i++) filter.add(12_345, i);
    expect(filter.size).toBeGreaterThanOrEqual(199_999);
    expect(filter.has(12_346, 5)).toBe(false);
  });
});
