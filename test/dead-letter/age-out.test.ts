import { expect, it } from 'vitest';
import { ageOutLetters } from '../../src/dead-letter/age-out.ts';
import { watchDeadLetters } from '../../src/dead-letter/counts.ts';
import { indexKey, indexPrefix } from '../../src/dead-letter/index-key.ts';
import { finishRemoval, removeCounted, removedCounts } from '../../src/dead-letter/removal.ts';
import { createDeadLetters } from '../../src/dead-letter/store.ts';
import type { EngineState } from '../../src/engine/engine.ts';
import type { UnrecoverableEvent } from '../../src/model/event.ts';
import { memoryState } from '../../src/testing/memory-state.ts';
import { until } from '../helpers/until.ts';

const day = 86_400_000;
const start = Date.UTC(2026, 0, 1);
const failed = (request_id: string): UnrecoverableEvent => ({
  request_id,
  received_at: start,
  source: 'shop',
  contract: 'order',
  version: '1.0.0',
  signature: 'a'.repeat(32),
  violations: [],
  raw: '{}',
  reason: 'no',
  code: 'refused',
  attempts: [],
});

/** Letters at a time that the test sets. */
function at(state: EngineState) {
  const clock = { now: start };
  return { clock, letters: createDeadLetters(state, { now: () => new Date(clock.now) }) };
}

async function ageOut(state: EngineState, before: number): Promise<number> {
  let gone = 0;
  for await (const count of ageOutLetters(state, before)) gone += count;
  return gone;
}

it('deletes settled letters by the time of their settlement, with their entries; open ones stay', async () => {
  const state = memoryState();
  const { clock, letters } = at(state);
  const counts = await watchDeadLetters(state, letters);
  await letters.keep(['open', 'old', 'late', 'replayed', 'replaying'].map(failed));
  await letters.discard('old', 'spam');
  await letters.startReplay('replayed');
  await letters.settleReplayed([{ id: 'replayed', round: 1 }]);
  await letters.startReplay('replaying');
  clock.now += 100 * day;
  await letters.discard('late', 'spam');

  expect(await ageOut(state, start + 90 * day)).toBe(2);
  expect(await ageOut(state, start + 90 * day)).toBe(0);
  expect((await letters.list({}, { limit: 9 })).items.map(({ id }) => id).toSorted()).toEqual([
    'late',
    'open',
    'replaying',
  ]);
  expect(await state.list('dead-letters/by-id/')).toHaveLength(3);
  expect(await state.list(indexPrefix)).toHaveLength(3);
  expect(await removedCounts(state)).toEqual({ discarded: 1, erased: 0 });
  await until(() => counts.count('discarded') === 1 && counts.count('replayed') === 0);
  counts.close();
});

it('leaves a letter that is opened again while it looks', async () => {
  const inner = memoryState();
  const { letters } = at(inner);
  await letters.keep([failed('a')]);
  await letters.startReplay('a');
  await letters.settleReplayed([{ id: 'a', round: 1 }]);
  /** A rollback comes between the look and the deletion. */
  const state: EngineState = {
    ...inner,
    async replaceIndexed(key, from, to, entryOf) {
      if (to === undefined)
        await letters.takeBack([
          { event: { ...failed('a'), replay: { round: 1, original: '{}' } }, round: 2 },
        ]);
      return inner.replaceIndexed(key, from, to, entryOf);
    },
  };
  expect(await ageOut(state, Date.now())).toBe(0);
  expect((await letters.get('a'))?.status).toBe('open');
  expect((await letters.list({ status: 'open' }, { limit: 9 })).items).toHaveLength(1);
});

it('deletes the entry that a crash left without its letter', async () => {
  const state = memoryState();
  const { letters } = at(state);
  await letters.keep([failed('a')]);
  await letters.discard('a', 'spam');
  const letter = (await letters.get('a'))!;
  await state.delete('dead-letters/by-id/a');
  expect(await state.get(indexKey(letter))).toBeDefined();
  await ageOut(state, Date.now());
  expect(await state.list(indexPrefix)).toEqual([]);
});

it('counts each deleted letter once, wherever a crash cuts the deletion off', async () => {
  const ids = ['a', 'b', 'c'];
  for (let writes = 0; ; writes++) {
    const inner = memoryState();
    const { letters } = at(inner);
    await letters.keep([...ids, 'stays'].map(failed));
    await letters.startReplay('c');
    await letters.settleReplayed([{ id: 'c', round: 1 }]);
    let left = writes;
    const crash = () => left-- > 0 || Promise.reject(new Error('killed'));
    const state: EngineState = {
      ...inner,
      replace: async (...args) => (await crash()) && inner.replace(...args),
      replaceIndexed: async (...args) => (await crash()) && inner.replaceIndexed(...args),
    };
    const isWhole = await removeCounted(state, ids, 'erased').then(
      () => true,
      () => false,
    );
    await removeCounted(inner, ids, 'erased');
    await finishRemoval(inner);
    const kept = (await letters.list({}, { limit: 9 })).items.map(({ id }) => id);
    expect({ writes, kept, ...(await removedCounts(inner)) }).toEqual({
      writes,
      kept: ['stays', 'c'],
      discarded: 0,
      erased: 2,
    });
    if (isWhole) return;
  }
});
