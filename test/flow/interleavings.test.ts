import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Settled, Settlement } from '../../src/load/destination.ts';
import { settlingConformance } from '../../src/conformance/settling.ts';
import { withdrawingConformance } from '../../src/conformance/withdrawing.ts';
import { isRefused, keyOf } from './interleavings/events.ts';
import { explore } from './interleavings/explore.ts';
import { MemoryDestination, asDestination } from './interleavings/memory-destination.ts';
import { Model } from './interleavings/model.ts';
import type { Scenario } from './interleavings/scenario.ts';

// Every wait is over at once: how long it takes is a choice of the schedule.
vi.mock('node:timers/promises', () => ({
  setTimeout: async (_ms: number, value: unknown) => value,
  setImmediate: async (value: unknown) => value,
}));

const calm: Scenario = {
  events: [1],
  workers: 3,
  crashes: 0,
  redeliveries: 0,
  unheard: 0,
  replays: 0,
  discards: 0,
  rollbacks: 0,
};

describe('how an event ends, in every order: as a row, an open letter, a duplicate or a discarded letter, and never twice', () => {
  it.each<[title: string, scenario: Partial<Scenario>, most?: number]>([
    ['a worker dies and a message comes twice', { crashes: 1, redeliveries: 1 }],
    ['a healer repairs it, and the destination refuses it', { heals: true, refuses: true, redeliveries: 1 }],
    ['its contract hangs, and somebody dies', { hangs: true, crashes: 1 }, 500],
    ['its table takes no rows, and somebody dies', { waits: true, crashes: 1, redeliveries: 1 }, 400],
    [
      'its letter is replayed while its table takes no rows',
      { before: 'letter', waits: true, replays: 1 },
      500,
    ],
    ['a store does not answer', { unheard: 1, redeliveries: 1 }],
    ['two events have one key', { events: [1, 1], redeliveries: 1 }],
    ['its letter is replayed while a message comes twice', { replays: 1, redeliveries: 1 }],
    ['its letter is replayed, and somebody dies', { before: 'letter', replays: 1, crashes: 1 }],
    ['its letter is replayed, and a store does not answer', { before: 'letter', replays: 1, unheard: 1 }],
    ['its letter is replayed and discarded', { before: 'letter', replays: 1, discards: 1 }],
    ['a late copy meets its letter', { before: 'letter', late: true, replays: 1 }],
    ['its row is withdrawn, and somebody dies', { before: 'row', rollbacks: 1, crashes: 1 }],
    ['its row is withdrawn, and a late copy comes', { before: 'row', late: true, rollbacks: 1 }, 1000],
    ['its row is withdrawn, and its letter replayed', { before: 'row', rollbacks: 1, replays: 1 }, 1000],
    [
      'its rollback goes on after a crash while its letter is replayed',
      { before: 'replaying', workers: 2 },
      300,
    ],
  ])('when %s', async (_, scenario, most) => {
    const found = await explore(() => new Model({ ...calm, ...scenario }), most);
    expect(found.fault).toBeUndefined();
    expect(found.ends).toBeGreaterThan(1);
  });

  it('which a destination that does not look at what stands would not pass', async () => {
    const scenario = { ...calm, crashes: 1, redeliveries: 1 };
    const found = await explore(() => new Model(scenario, new Forgetful(keyOf, isRefused)));
    expect(found.fault?.says).toBe('event 0 ends as row and open letter');
  });
});

class Forgetful extends MemoryDestination {
  override settle(settlement: Settlement): Settled {
    if (settlement.rows.length > 0) this.entries.clear();
    return super.settle(settlement);
  }
}

/** The destination of these schedules does as the real ones do. */
const inMemory = async () => {
  const memory = new MemoryDestination(
    ({ values }) => JSON.stringify(values['event_id']),
    ({ values }) => values['day'] === '2026-02-30',
  );
  return {
    destination: asDestination(memory),
    reopen: async () => asDestination(memory),
    rows: async () => [...memory.rows.values()].map(({ requestId }) => ({ _request_id: requestId })),
    cleanup: async () => undefined,
  };
};
describe('the destination of these schedules', () => {
  const has = (capability: string) => capability !== 'search' && capability !== 'query';
  const suite = { describe, it, beforeEach, afterEach, open: inMemory, has };
  settlingConformance(suite);
  withdrawingConformance(suite);
});
