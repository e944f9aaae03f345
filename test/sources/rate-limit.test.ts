import { expect, it } from 'vitest';
import { createBuckets, tooMany } from '../../src/sources/rate-limit.ts';

it('lets each key have its burst, and then its rate', () => {
  let time = 0;
  const take = createBuckets({ requestsPerSecond: 10, burst: 3 }, () => time);
  const allowed = (key: string) => take(key) === undefined;
  expect([1, 2, 3, 4].map(() => allowed('a'))).toEqual([true, true, true, false]);
  expect(allowed('b')).toBe(true);
  time += 100;
  expect([allowed('a'), allowed('a')]).toEqual([true, false]);
  time += 60_000;
  expect([1, 2, 3, 4].map(() => allowed('a'))).toEqual([true, true, true, false]);
});

it('says when to come back', () => {
  const take = createBuckets({ requestsPerSecond: 0.5, burst: 1 }, () => 0);
  take('a');
  expect(take('a')).toBe(2);
  expect(tooMany('address', 2)).toMatchObject({ status: 429, retryAfter: 2 });
});

it('without a limit nobody waits', () => {
  expect(createBuckets(undefined)('a')).toBeUndefined();
});
