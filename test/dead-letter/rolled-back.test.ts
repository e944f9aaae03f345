import { expect, it } from 'vitest';
import { isStaleReplay } from '../../src/model/dead-letter.ts';
import { createDeadLetters } from '../../src/dead-letter/store.ts';
import type { UnrecoverableEvent } from '../../src/model/event.ts';
import { memoryState } from '../helpers/memory-state.ts';

const id = '0192d0c4-9a5e-7c0b-8a10-5a6f3f1c2b3d';
const taken = (at: string): UnrecoverableEvent => ({
  request_id: id,
  received_at: 1,
  source: 'shop',
  contract: 'transaction',
  version: '1.0.0',
  signature: 'abc',
  violations: [],
  raw: '{"a": 1}',
  reason: 'rolled back',
  code: 'rolled_back',
  attempts: [{ healer: 'rule', at, reason: 'taken back', rule_id: 'r1' }],
});

it('an event that is taken back is open again after each rollback, and once for each', async () => {
  const letters = createDeadLetters(memoryState());
  await letters.takeBack([taken('2026-01-01T00:00:00.000Z')]);
  expect(await letters.get(id)).toMatchObject({ status: 'open', replays: 0 });
  await letters.startReplay(id);
  await letters.settleReplayed([id]);
  await letters.takeBack([taken('2026-01-01T00:00:00.000Z')]);
  expect(await letters.get(id)).toMatchObject({ status: 'replayed' });
  await letters.takeBack([taken('2026-02-02T00:00:00.000Z')]);
  expect(await letters.get(id)).toMatchObject({
    status: 'open',
    replays: 1,
    attempts: [{}, {}],
    raw: '{"a": 1}',
  });
  expect((await letters.list({ status: 'open' }, { limit: 9 })).items).toHaveLength(1);
  expect((await letters.list({ status: 'replayed' }, { limit: 9 })).items).toEqual([]);
});

it('a late copy of a replay from before the rollback is told from the next replay', async () => {
  const letters = createDeadLetters(memoryState());
  await letters.takeBack([taken('2026-01-01T00:00:00.000Z')]);
  await letters.startReplay(id);
  const isStale = async (round: number) => isStaleReplay(await letters.get(id), { round });
  expect(await isStale(1)).toBe(false);
  await letters.settleReplayed([id]);
  // Perhaps the process ended before its row was committed: the copy may be the only one.
  expect(await isStale(1)).toBe(false);
  await letters.takeBack([taken('2026-02-02T00:00:00.000Z')]);
  expect(await isStale(1)).toBe(true);
  await letters.startReplay(id);
  expect(await isStale(1)).toBe(true);
  expect(await isStale(2)).toBe(false);
});
