import { expect, it } from 'vitest';
import { createDeadLetters, healingKey } from '../../src/dead-letter/store.ts';
import { createOneWay } from '../../src/pipeline/one-way.ts';
import { memoryState } from '../helpers/memory-state.ts';

function setUp() {
  const state = memoryState();
  const letters = createDeadLetters(state);
  return { state, letters, oneWay: createOneWay({ letters, state, startedAt: 1000 }) };
}

it('concerns what a process before this one may have begun', () => {
  const { oneWay } = setUp();
  expect([999, 1000, 1001].map((at) => oneWay.isConcerned(at))).toEqual([true, true, false]);
});

it('an event that is loaded becomes no dead letter, and one that becomes one is not loaded', async () => {
  const { oneWay } = setUp();
  expect(oneWay.mayKeep('a')).toBe(true);
  const claimed = oneWay.claim(['a', 'b']);
  // From the moment that it is asked.
  expect(oneWay.mayKeep('b')).toBe(false);
  expect(await claimed).toEqual(new Set(['b']));
  expect(oneWay.mayKeep('a')).toBe(true);
});

it('an event that is a dead letter already is not loaded behind its back', async () => {
  const { oneWay, letters } = setUp();
  const event = { request_id: 'a', received_at: 1, source: 's', contract: 'c', version: '1.0.0' };
  const failure = { signature: 'x', violations: [], raw: '{}', reason: 'r', code: 'c', attempts: [] };
  await letters.keep([{ ...event, ...failure }]);
  expect(await oneWay.claim(['a', 'b'])).toEqual(new Set(['b']));
});

it('of two copies, one that fails does not take the way from the other', async () => {
  const { oneWay } = setUp();
  await oneWay.claim(['a']);
  await oneWay.claim(['a']);
  oneWay.release('a');
  expect(oneWay.mayKeep('a')).toBe(false);
  oneWay.release('a');
  expect(oneWay.mayKeep('a')).toBe(true);
  oneWay.release('a');
  expect(await oneWay.claim(['a'])).toEqual(new Set());
});

it('takes the mark of the healers from a copy that is let go', async () => {
  const { oneWay, state } = setUp();
  await state.write([{ put: healingKey('a'), value: {} }]);
  await oneWay.forget([]);
  expect(await state.get(healingKey('a'))).toBeDefined();
  await oneWay.forget(['a']);
  expect(await state.get(healingKey('a'))).toBeUndefined();
});
