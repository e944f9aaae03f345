import { expect, it } from 'vitest';
import type { Hash } from '../../../src/load/destinations/duckdb/hash.ts';
import { RecentWrites } from '../../../src/load/destinations/duckdb/recent-writes.ts';

const hash = (n: number): Hash => [n, n + 1];

it('knows who came since a row was made ready, and rather says yes than forgets', () => {
  const recentWrites = new RecentWrites(3);
  const before = recentWrites.count;
  expect(recentWrites.mayHave(before, ...hash(0))).toBe(false);
  for (let n = 0; n < 6; n++) recentWrites.add(hash(n));
  expect([0, 5, 6].map((n) => recentWrites.mayHave(before, ...hash(n)))).toEqual([true, true, false]);
  expect(recentWrites.mayHave(recentWrites.count, ...hash(5))).toBe(false);
  // Too many to remember them all: a row that waited so long has to be looked at.
  recentWrites.add(hash(6));
  expect(recentWrites.mayHave(before, ...hash(100))).toBe(true);
  expect(recentWrites.mayHave(3, ...hash(100))).toBe(false);
});
