import { expect, it } from 'vitest';
import { createDeadLetters, healingKey } from '../../src/dead-letter/store.ts';
import type { UnrecoverableEvent } from '../../src/model/event.ts';
import { createLeases } from '../../src/engine/lease.ts';
import { createInOnePlace } from '../../src/flow/one-place.ts';
import { createOneWay } from '../../src/flow/one-way.ts';
import { rollbackLease } from '../../src/repair/rollback/rollbacks.ts';
import { memoryState } from '../helpers/memory-state.ts';

function setUp() {
  const state = memoryState();
  const letters = createDeadLetters(state);
  const held = new Set<string>();
  const leaving = new Set<string>();
  const asked: string[] = [];
  const holds = async (ids: readonly string[], only?: 'duplicates' | 'staying') => {
    asked.push(...ids);
    return new Set(ids.filter((id) => held.has(id) || (only === undefined && leaving.has(id))));
  };
  const oneWay = createOneWay({ letters, holds, state, receivedUntil: 1000 });
  /** Those of the events that it made letters of. */
  const kept = async (...events: UnrecoverableEvent[]) => {
    const ids: string[] = [];
    await oneWay.keeping(events, async (mine) => {
      ids.push(...mine.map(({ request_id }) => request_id));
      await letters.keep(mine);
    });
    return ids;
  };
  return { state, letters, oneWay, held, leaving, asked, kept };
}

const copy = (requestId: string, round?: number, receivedAt = 1000) => ({
  requestId,
  receivedAt,
  replay: round === undefined ? undefined : { round },
});

function dead(id: string, change: Partial<UnrecoverableEvent> = {}): UnrecoverableEvent {
  const event = { request_id: id, received_at: 1000, source: 's', contract: 'c', version: '1.0.0' };
  const failure = { signature: 'x', violations: [], raw: '{}', reason: 'r', code: 'c', attempts: [] };
  return { ...event, ...failure, ...change };
}

it('an event that is being loaded becomes no dead letter, from the moment that it is claimed', async () => {
  const { oneWay, kept, held } = setUp();
  const claiming = oneWay.claim([copy('a'), copy('b')]);
  expect(await kept(dead('a'), dead('c'))).toEqual(['c']);
  const claim = await claiming;
  expect(claim.refuses('a', undefined)).toBe(false);
  // Loaded now: nothing needs to be remembered, the destination says it.
  held.add('a');
  claim.end();
  expect(await kept(dead('a'), dead('b'))).toEqual(['b']);
});

it('an event that is a dead letter, or is just becoming one, is not loaded', async () => {
  const { oneWay, kept, letters } = setUp();
  await kept(dead('a'));
  let during: boolean | undefined;
  await oneWay.keeping([dead('b')], async (mine) => {
    during = (await oneWay.claim([copy('b')])).refuses('b', undefined);
    await letters.keep(mine);
  });
  const claim = await oneWay.claim([copy('a'), copy('b'), copy('c')]);
  expect([during, ...['a', 'b', 'c'].map((id) => claim.refuses(id, undefined))]).toEqual([
    true,
    true,
    true,
    false,
  ]);
});

it('of two copies, one that fails does not take the way from the other', async () => {
  const { oneWay, kept } = setUp();
  const [first, second] = [await oneWay.claim([copy('a')]), await oneWay.claim([copy('a')])];
  first.letGo('a', undefined);
  first.letGo('a', undefined);
  first.end();
  expect(await kept(dead('a'))).toEqual([]);
  second.letGo('a', undefined);
  expect(await kept(dead('a'))).toEqual(['a']);
});

it('when a letter can not be written, the way is free again', async () => {
  const { oneWay } = setUp();
  const full = async () => {
    throw new Error('disk full');
  };
  await expect(oneWay.keeping([dead('a')], full)).rejects.toThrow('disk full');
  expect((await oneWay.claim([copy('a')])).refuses('a', undefined)).toBe(false);
});

it('asks the destination only of events that may have copies: older ones, and replays', async () => {
  const { kept, asked } = setUp();
  const step = dead('step', { step: 'pay' });
  const replayed = dead('replayed', { received_at: 1001, replay: { round: 1, original: '{}' } });
  const all = [dead('old'), dead('new', { received_at: 1001 }), step, replayed];
  expect((await kept(...all)).toSorted()).toEqual(['new', 'old', 'replayed', 'step']);
  expect(asked).toEqual(['old', 'replayed']);
});

it('what is dead on a further destination or in a step need not wait for a destination that is down', async () => {
  const { letters, state } = setUp();
  const oneWay = createOneWay({
    letters,
    holds: () => Promise.reject(new Error('down')),
    state,
    receivedUntil: 1000,
  });
  const keep = async (mine: UnrecoverableEvent[]) => void (await letters.keep(mine));
  await expect(oneWay.keeping([dead('a'), dead('b', { destination: 'lake' })], keep)).rejects.toThrow('down');
  expect([await letters.get('a'), (await letters.get('b.to.lake'))?.status]).toEqual([undefined, 'open']);
});

it('a late copy of one replay says nothing of the next', async () => {
  const { oneWay, letters, kept } = setUp();
  await letters.keep([dead('a')]);
  await letters.startReplay('a');
  const first = await oneWay.claim([copy('a', 1)]);
  expect(first.refuses('a', { round: 1 })).toBe(false);
  // While it is under way, another copy of it fails: this one may still be loaded.
  expect(await kept(dead('a', { replay: { round: 1, original: '{}' } }))).toEqual([]);
  first.letGo('a', { round: 1 });
  await kept(dead('a', { replay: { round: 1, original: '{}' } }));
  await letters.startReplay('a');
  const late = await oneWay.claim([copy('a', 1), copy('a', 2)]);
  expect([1, 2].map((round) => late.refuses('a', { round }))).toEqual([true, false]);
});

it('a replay that fails while the row that was rolled back before it is still leaving is a dead letter again', async () => {
  const { leaving, kept, letters } = setUp();
  const at = new Date().toISOString();
  const attempts = [{ healer: 'rule' as const, at, reason: 'taken back', rule_id: 'r' }];
  await letters.takeBack([dead('a', { code: 'rolled_back', attempts })]);
  leaving.add('a');
  await letters.startReplay('a');
  const failed = dead('a', { replay: { round: 1, original: '{}' } });
  expect(await kept(failed)).toEqual(['a']);
  expect((await letters.get('a'))?.status).toBe('open');
  // A round that was loaded has settled its letter.
  await letters.startReplay('a');
  await letters.settleReplayed(['a']);
  expect(await kept(dead('a', { replay: { round: 2, original: '{}' } }))).toEqual([]);
});

it('takes the mark of the healers from a copy that is let go', async () => {
  const { held, kept, state } = setUp();
  await state.write([{ put: healingKey('a'), value: {} }]);
  held.add('a');
  expect(await kept(dead('a'))).toEqual([]);
  expect(await state.get(healingKey('a'))).toBeUndefined();
});

it('takes copies back from further destinations before there is a letter, and only for those that are opened', async () => {
  const { letters, state } = setUp();
  await letters.keep([dead('open'), dead('sent')]);
  await letters.startReplay('sent');
  const retracted: unknown[] = [];
  const oneWay = createOneWay({
    letters,
    holds: async () => new Set(['loaded']),
    state,
    async retract(events) {
      for (const event of events) retracted.push({ ...event, letter: await letters.get(event.request_id) });
    },
    receivedUntil: 1000,
  });
  const refused = dead('refused', { code: 'rejected_by_destination' });
  const all = ['open', 'sent', 'loaded', 'new'].map((id) => dead(id));
  await oneWay.keeping([...all, refused], async (mine) => void (await letters.keep(mine)));
  expect(retracted).toEqual([{ request_id: 'new', contract: 'c', source: 's', letter: undefined }]);
  expect((await letters.get('refused'))?.status).toBe('open');
});

it('a second look refuses what has become a letter since, and says which a person is to settle', async () => {
  const { oneWay, letters, kept } = setUp();
  const claim = await oneWay.claim([copy('a'), copy('b'), copy('c')]);
  await letters.keep([dead('a'), dead('b')]);
  await letters.startReplay('b');
  expect(await claim.lookAgain()).toEqual({ givenUp: new Set(['a']), duplicates: new Set() });
  expect(['a', 'b', 'c'].map((id) => claim.refuses(id, undefined))).toEqual([true, true, false]);
  // What is refused is not claimed any more.
  expect(await kept(dead('b'), dead('c'))).toEqual(['b']);
});

it('an event that comes to both ends in two workers at once is settled by whoever looks last: its row counts', async () => {
  const { letters, held, state } = setUp();
  const holds = async (ids: readonly string[]) => new Set(ids.filter((id) => held.has(id)));
  const row = { status: 'repaired', table: 't', contract: 'c', version: '1.0.0', source: 's' } as const;
  const repair = { healer: 'rule', ruleId: 'r', original: '{}', plan: '{}', result: '{"a":1}' } as const;
  const find = async (id: string) => (held.has(id) ? { ...row, repair } : undefined);
  const copied: unknown[] = [];
  const inOnePlace = createInOnePlace({
    letters,
    destination: { holds, find },
    leases: createLeases({ ordered: false, state }),
    copyAgain: async ({ request_id }, text) => void copied.push([request_id, text]),
  });
  const worker = () => createOneWay({ letters, holds, state, receivedUntil: Infinity, inOnePlace });
  const [loads, keeps] = [worker(), worker()];
  const claim = await loads.claim([copy('a'), copy('b'), copy('c')]);
  await keeps.keeping([dead('a'), dead('b'), dead('d')], async (mine) => {
    held.add('a'); // by the other, which has not seen the letter
    await letters.keep(mine);
  });
  const statuses = () => Promise.all(['a', 'b', 'c', 'd'].map(async (id) => (await letters.get(id))?.status));
  expect(await statuses()).toEqual(['replayed', 'open', undefined, 'open']);
  held.add('b').add('c');
  await claim.loaded();
  expect(await statuses()).toEqual(['replayed', 'replayed', undefined, 'open']);
  expect(copied).toEqual(['a', 'b'].map((id) => [id, '{"a":1}']));
});

it('what is both waits for a rollback that is under way, which makes letters of rows', async () => {
  const { letters, held, state } = setUp();
  const leases = createLeases({ ordered: false, state });
  const holds = async (ids: readonly string[]) => new Set(ids.filter((id) => held.has(id)));
  const find = async () => undefined;
  const inOnePlace = createInOnePlace({ letters, destination: { holds, find }, leases });
  await letters.keep([dead('a')]);
  held.add('a');
  const rollback = await leases.take(rollbackLease, 60_000);
  const settling = inOnePlace(['a']);
  held.delete('a');
  await rollback!.release();
  await settling;
  expect((await letters.get('a'))?.status).toBe('open');
});

it('an open letter whose row is leaving stays open, and one whose row stays is settled', async () => {
  const state = memoryState();
  const letters = createDeadLetters(state);
  await letters.keep([dead('leaving'), dead('staying')]);
  const rows = { leaving: ['leaving', 'staying'], staying: ['staying'] };
  const destination = {
    holds: async (ids: readonly string[], only?: 'duplicates' | 'staying') =>
      new Set(ids.filter((id) => rows[only === 'staying' ? 'staying' : 'leaving'].includes(id))),
    find: async () => undefined,
  };
  const leases = createLeases({ ordered: false, state });
  await createInOnePlace({ letters, destination, leases })(['leaving', 'staying']);
  expect((await letters.get('leaving'))?.status).toBe('open');
  expect((await letters.get('staying'))?.status).toBe('replayed');
});
