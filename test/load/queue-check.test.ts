import { expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import { createLogger } from '../../src/support/log.ts';
import { createQueueCheck } from '../../src/load/queue-check.ts';
import { memoryState } from '../helpers/memory-state.ts';

const log = createLogger({ level: 'silent', format: 'json' });

/** A queue that grows, and a destination's positions. */
function make(next: number, committed: number) {
  const state = memoryState();
  const queue = { next };
  let positions = new Map([['raw_event/main', committed]]);
  const engine = {
    state,
    nextOffsets: async () => new Map(queue.next > 0 ? [['raw_event/main', queue.next]] : []),
  } as Partial<Engine> as Engine;
  const destination = {
    positions: async () => positions,
    forgetPositions: async () => void (positions = new Map()),
  };
  return { queue, engine, destination, state, committed: () => [...positions.values()] };
}

it.each([
  { next: 100, committed: 99, kept: true },
  { next: 100, committed: 100, kept: false },
  { next: 0, committed: 0, kept: false },
])('positions up to $committed of a queue up to $next: kept $kept', async ({ next, committed, kept }) => {
  const one = make(next, committed);
  await (await createQueueCheck(one.engine, log))!.check(one.destination);
  expect(one.committed()).toEqual(kept ? [committed] : []);
});

it('while the destination is out of reach, the queue may grow past the positions, also over a restart', async () => {
  const { queue, engine, destination, state, committed } = make(50, 80);
  await (await createQueueCheck(engine, log))!.postpone();
  queue.next = 100;
  await (await createQueueCheck(engine, log))!.postpone();
  queue.next = 200;
  await (await createQueueCheck(engine, log))!.check(destination);
  expect(committed()).toEqual([]);
  expect(await state.list('')).toEqual([]);
});

it('is over once the destination was reached: the next start begins where the queue is then', async () => {
  const { queue, engine, destination, committed } = make(50, 40);
  const check = (await createQueueCheck(engine, log))!;
  await check.postpone();
  await check.check(destination);
  // What was published since is loaded, too.
  queue.next = 100;
  const later = { ...destination, positions: async () => new Map([['raw_event/main', 90]]) };
  let isForgotten = false;
  await (await createQueueCheck(engine, log))!.check({
    ...later,
    forgetPositions: async () => void (isForgotten = true),
  });
  expect(isForgotten).toBe(false);
  expect(committed()).toEqual([40]);
});
