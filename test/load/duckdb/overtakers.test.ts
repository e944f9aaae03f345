import { expect, it } from 'vitest';
import type { Hash } from '../../../src/load/destinations/duckdb/hash.ts';
import { Overtakers } from '../../../src/load/destinations/duckdb/overtakers.ts';

const hash = (n: number): Hash => [n, n + 1];

it('knows who came since a row was made ready, and rather says yes than forgets', () => {
  const overtakers = new Overtakers(3);
  const before = overtakers.count;
  expect(overtakers.mayHave(before, ...hash(0))).toBe(false);
  for (let n = 0; n < 6; n++) overtakers.add(hash(n));
  expect([0, 5, 6].map((n) => overtakers.mayHave(before, ...hash(n)))).toEqual([true, true, false]);
  expect(overtakers.mayHave(overtakers.count, ...hash(5))).toBe(false);
  // Too many to remember them all: a row that waited so long has to be looked at.
  overtakers.add(hash(6));
  expect(overtakers.mayHave(before, ...hash(100))).toBe(true);
  expect(overtakers.mayHave(3, ...hash(100))).toBe(false);
});
