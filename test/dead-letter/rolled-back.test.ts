import { expect, it } from 'vitest';
import { type TakenBack, createDeadLetters } from '../../src/dead-letter/store.ts';
import type { UnrecoverableEvent } from '../../src/model/event.ts';
import { memoryState } from '../../src/testing/memory-state.ts';

const id = '0192d0c4-9a5e-7c0b-8a10-5a6f3f1c2b3d';
const taken = (round: number, at: string): TakenBack => ({ event: takenAt(at), round });
const takenAt = (at: string): UnrecoverableEvent => ({
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

it('an event that is withdrawn is open again after each rollback, and once for each', async () => {
  const letters = createDeadLetters(memoryState());
  const first = taken(0, '2026-01-01T00:00:00.000Z');
  expect(await letters.takeBack([first])).toEqual([id]);
  expect(await letters.get(id)).toMatchObject({ status: 'open', replays: 0 });
  await letters.startReplay(id);
  await letters.settleReplayed([{ id, round: 1 }]);
  expect(await letters.takeBack([first])).toEqual([]);
  expect(await letters.get(id)).toMatchObject({ status: 'replayed' });
  expect(await letters.takeBack([taken(1, '2026-02-02T00:00:00.000Z')])).toEqual([id]);
  expect(await letters.get(id)).toMatchObject({
    status: 'open',
    replays: 1,
    attempts: [{}, {}],
    raw: '{"a": 1}',
  });
  expect((await letters.list({ status: 'open' }, { limit: 9 })).items).toHaveLength(1);
  expect((await letters.list({ status: 'replayed' }, { limit: 9 })).items).toEqual([]);
});

it('the end of an older replay does not settle the letter of a later one', async () => {
  const letters = createDeadLetters(memoryState());
  await letters.takeBack([taken(0, '2026-01-01T00:00:00.000Z')]);
  await letters.startReplay(id);
  await letters.settleReplayed([{ id, round: 1 }]);
  await letters.takeBack([taken(1, '2026-02-02T00:00:00.000Z')]);
  await letters.startReplay(id);
  await letters.settleReplayed([{ id, round: 1 }]);
  expect(await letters.get(id)).toMatchObject({ status: 'replaying', replays: 2 });
  await letters.settleReplayed([{ id, round: 2 }]);
  expect(await letters.get(id)).toMatchObject({ status: 'replayed' });
});

it('the letter of an event that was replayed stays settled, whatever the clock of the one who rolled back said', async () => {
  const letters = createDeadLetters(memoryState());
  const first = taken(0, '2999-01-01T00:00:00.000Z');
  await letters.takeBack([first]);
  await letters.startReplay(id);
  expect(await letters.takeBack([first])).toEqual([]);
  expect(await letters.get(id)).toMatchObject({ status: 'replaying', replays: 1 });
  await letters.settleReplayed([{ id, round: 1 }]);
  expect(await letters.takeBack([first])).toEqual([]);
  expect(await letters.get(id)).toMatchObject({ status: 'replayed', replays: 1 });
});
