import { expect, it } from 'vitest';
import { HashSet } from '../../src/support/hash-set.ts';

it('tells texts that were added from those that were not, also ids that follow one another', () => {
  const id = (number: number): string => `0192aaaa-bbbb-7ccc-8ddd-${number.toString(16).padStart(12, '0')}`;
  const ids = Array.from({ length: 40_000 }, (_, number) => id(number));
  const [some, others] = [ids.slice(0, 20_000), ids.slice(20_000)];
  const set = new HashSet();
  expect(some.every((text) => set.add(text))).toBe(true);
  expect(set.size).toBe(20_000);
  expect(some.every((text) => set.has(text))).toBe(true);
  expect(others.some((text) => set.has(text))).toBe(false);
  expect(set.add(id(7))).toBe(false);
});
