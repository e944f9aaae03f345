import { describe, expect, it } from 'vitest';
import { watchDeadLetters } from '../../src/dead-letter/counts.ts';
import { countOpen } from '../../src/dead-letter/count-open.ts';
import { deadLetterStatuses } from '../../src/model/dead-letter.ts';
import { type DeadLetterStore, createDeadLetters } from '../../src/dead-letter/store.ts';
import type { UnrecoverableEvent } from '../../src/model/event.ts';
import { discardMany } from '../helpers/discard-many.ts';
import { memoryState } from '../../src/testing/memory-state.ts';

const group = { signature: 'abc' };
const idOf = (n: number) => `0192d0c4-9a5e-7c0b-8a10-${String(n).padStart(12, '0')}`;
const failed = (n: number, change: Partial<UnrecoverableEvent> = {}): UnrecoverableEvent => ({
  request_id: idOf(n),
  received_at: n,
  source: 'shop',
  contract: 'transaction',
  version: '1.0.0',
  signature: 'abc',
  violations: [],
  raw: '{"a": 1}',
  reason: 'spam',
  code: 'unrepairable',
  attempts: [],
  ...change,
});
const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, at) => from + at);

/** A store whose clock stands until it is set. */
function store() {
  const clock = { now: new Date('2026-01-01T00:00:00.000Z') };
  const now = () => clock.now;
  const state = memoryState();
  const letters = createDeadLetters(state, { now });
  return { letters, state, clock };
}

/** All of a status, as the index has them: a letter that were in it twice would be here twice. */
async function idsOf(
  letters: DeadLetterStore,
  status: 'open' | 'discarded' | 'replaying',
): Promise<string[]> {
  return (await letters.list({ status }, { limit: 10_000 })).items.map(({ id }) => id);
}

describe('a group is discarded', () => {
  it('whole, over several pages, each letter with the reason; and no other group', async () => {
    const { letters, clock } = store();
    await letters.keep(numbers(250).map((n) => failed(n)));
    await letters.keep([failed(900, { signature: 'other' }), failed(901, { source: 'till' })]);
    expect(await countOpen(letters, { ...group, source: 'shop' }, clock.now)).toBe(250);
    const options = { reason: 'spam of one sender', asOf: clock.now };
    expect(await discardMany(letters, { ...group, source: 'shop' }, options)).toEqual({
      discarded: 250,
      failed: 0,
    });
    expect(await idsOf(letters, 'open')).toEqual([idOf(900), idOf(901)].toSorted());
    const { items } = await letters.list({ status: 'discarded' }, { limit: 1000 });
    expect(items.map(({ id }) => id)).toEqual(numbers(250).map(idOf));
    expect(new Set(items.map(({ discard_reason: reason }) => reason))).toEqual(
      new Set(['spam of one sender']),
    );
  });

  it('without those that came, or came back, after it was counted', async () => {
    const { letters, clock } = store();
    await letters.keep(numbers(3).map((n) => failed(n)));
    const asOf = clock.now;
    clock.now = new Date(asOf.getTime() + 1);
    await letters.keep([failed(7)]);
    // Sent back, and failed again: what a person knew of it is no longer so.
    await letters.startReplay(idOf(1));
    await letters.keep([failed(1, { replay: { round: 1, original: '{"a": 1}' } })]);
    expect(await countOpen(letters, group, asOf)).toBe(2);
    const answer = await discardMany(letters, group, { reason: 'spam', asOf });
    expect(answer).toEqual({ discarded: 2, failed: 0 });
    expect(await idsOf(letters, 'open')).toEqual([idOf(1), idOf(7)]);
  });

  it('as far as it has come when it is cancelled', async () => {
    const { letters, clock } = store();
    await letters.keep(numbers(250).map((n) => failed(n)));
    const options = { reason: 'spam', asOf: clock.now };
    const cancelled = await discardMany(letters, group, { ...options, cancelAt: 2 });
    expect(cancelled).toEqual({ discarded: 200, failed: 0 });
    expect(await idsOf(letters, 'discarded')).toHaveLength(200);
    expect(await discardMany(letters, group, options)).toEqual({ discarded: 50, failed: 0 });
  });

  it('to its end by a second call, when the state failed in the midst of the first', async () => {
    const state = memoryState();
    let writesLeft = Infinity;
    const letters = createDeadLetters({
      ...state,
      replaceIndexed: async (...change) => {
        if (writesLeft-- <= 0) throw new Error('the disk is full');
        return state.replaceIndexed(...change);
      },
    });
    await letters.keep(numbers(150).map((n) => failed(n)));
    const all = () => discardMany(letters, group, { reason: 'spam', asOf: new Date() });
    writesLeft = 120;
    await expect(all()).rejects.toThrow('the disk is full');
    writesLeft = Infinity;
    expect(await idsOf(letters, 'discarded')).toHaveLength(120);
    expect(await all()).toEqual({ discarded: 30, failed: 0 });
  });
});

describe('a letter is settled once', () => {
  it('and not when it was sent back and failed again between its listing and its turn', async () => {
    const { letters, clock } = store();
    await letters.keep([failed(1)]);
    const asOf = clock.now;
    clock.now = new Date(asOf.getTime() + 1);
    const listed: DeadLetterStore = {
      ...letters,
      async list(...query) {
        const page = await letters.list(...query);
        await letters.startReplay(idOf(1));
        await letters.keep([failed(1, { replay: { round: 1, original: '{"a": 1}' } })]);
        return page;
      },
    };
    const answer = await discardMany(listed, group, { reason: 'spam', asOf });
    expect(answer).toEqual({ discarded: 0, failed: 1 });
    expect(await letters.get(idOf(1))).toMatchObject({ status: 'open', replays: 1 });
  });

  it('also when the message that opened it is delivered again at that moment', async () => {
    const { letters, state } = store();
    await letters.keep([failed(1), failed(2)]);
    const [, discarded, replayed] = await Promise.all([
      letters.keep([failed(1), failed(2)]),
      letters.discard(idOf(1), 'spam'),
      letters.startReplay(idOf(2)),
    ]);
    expect([discarded.ok, replayed.ok]).toEqual([true, true]);
    expect(await letters.get(idOf(1))).toMatchObject({ status: 'discarded' });
    expect(await letters.get(idOf(2))).toMatchObject({ status: 'replaying' });
    const counts = await watchDeadLetters(state, letters);
    expect(deadLetterStatuses.map((status) => counts.count(status))).toEqual([0, 1, 0, 1]);
    counts.close();
  });

  it('when it is discarded, replayed and discarded again at the same time', async () => {
    const { letters, state, clock } = store();
    await letters.keep(numbers(60).map((n) => failed(n)));
    const many = () => discardMany(letters, group, { reason: 'spam', asOf: clock.now });
    const [replays, first, second] = await Promise.all([
      Promise.all(numbers(20, 30).map((n) => letters.startReplay(idOf(n)))),
      many(),
      many(),
    ]);
    const replaying = await idsOf(letters, 'replaying');
    const discarded = await idsOf(letters, 'discarded');
    expect(replaying).toHaveLength(replays.filter(({ ok }) => ok).length);
    expect(discarded).toHaveLength(first.discarded + second.discarded);
    expect([...replaying, ...discarded].toSorted()).toEqual(numbers(60).map(idOf));
    expect(await idsOf(letters, 'open')).toEqual([]);
    const counts = await watchDeadLetters(state, letters);
    expect(counts.count('replaying') + counts.count('discarded')).toBe(60);
    counts.close();
  });

  it('and a late copy of an earlier replay does not load behind the back of one that was discarded', async () => {
    const { letters } = store();
    await letters.keep([failed(1)]);
    await letters.startReplay(idOf(1));
    await letters.keep([failed(1, { replay: { round: 1, original: '{"a": 1}' } })]);
    expect((await letters.discard(idOf(1), 'hopeless')).ok).toBe(true);
    await letters.keep([failed(1, { replay: { round: 1, original: '{"a": 1}' } })]);
    expect(await letters.get(idOf(1))).toMatchObject({ status: 'discarded' });
  });
});
