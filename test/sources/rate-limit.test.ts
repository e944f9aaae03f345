import type { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { createRateLimit } from '../../src/sources/rate-limit.ts';

const from = (remoteAddress: string) => ({ socket: { remoteAddress } as Socket });

it('lets each address send its burst, and then its rate', () => {
  let time = 0;
  const check = createRateLimit({ requestsPerSecond: 10, burst: 3 }, () => time);
  const allowed = (address: string) => check(from(address)) === undefined;
  expect([1, 2, 3, 4].map(() => allowed('a'))).toEqual([true, true, true, false]);
  expect(allowed('b')).toBe(true);
  time += 100;
  expect([allowed('a'), allowed('a')]).toEqual([true, false]);
  time += 60_000;
  expect([1, 2, 3, 4].map(() => allowed('a'))).toEqual([true, true, true, false]);
});

it('says when to come back', () => {
  const check = createRateLimit({ requestsPerSecond: 0.5, burst: 1 }, () => 0);
  check(from('a'));
  expect(check(from('a'))).toMatchObject({ status: 429, retryAfter: 2 });
});

it('without a limit nobody waits', () => {
  const check = createRateLimit(undefined);
  expect(check(from('a'))).toBeUndefined();
});
