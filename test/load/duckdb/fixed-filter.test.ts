import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FixedFilter } from '../../../src/load/destinations/duckdb/fixed-filter.ts';

type Hash = [high: number, low: number];
const word = fc.oneof(fc.constantFrom(0, 1, 2 ** 32 - 1), fc.integer({ min: 0, max: 2 ** 32 - 1 }));

function filterOf(hashes: readonly Hash[]): FixedFilter {
  const filter = new FixedFilter(hashes.length);
  for (const hash of hashes) filter.add(...hash);
  filter.complete();
  return filter;
}
const some = (count: number, hash: (i: number) => Hash): Hash[] =>
  Array.from({ length: count }, (_, i) => hash(i));

describe('the filter of keys from before the start', () => {
  it('has all that was added', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word), { maxLength: 3000 }), (hashes) => {
        const filter = filterOf(hashes);
        return hashes.every((hash) => filter.has(...hash));
      }),
      { numRuns: 50 },
    );
  });

  it('has nothing else', () => {
    const filter = filterOf(some(100_000, (i) => [Math.imul(i, 0x9e3779b1) >>> 0, i]));
    const others = some(100_000, (i) => [i, Math.imul(i + 1, 0x85ebca6b) >>> 0]);
    expect(others.filter((hash) => filter.has(...hash))).toEqual([]);
  });

  it.each<[string, (i: number) => Hash]>([
    ['upper', (i) => [12_345, i]],
    ['lower', (i) => [i, 12_345]],
  ])('stays exact when all hashes share their %s half, as a sender may contrive', (_half, hash) => {
    const filter = filterOf(some(200_000, hash));
    const others = some(1000, (i) => hash(i + 200_000));
    expect(others.filter((other) => filter.has(...other)).length).toBeLessThanOrEqual(1);
  });
});
