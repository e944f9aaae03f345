import { expect, it, onTestFinished } from 'vitest';
import type { EngineState } from '../../src/engine/engine.ts';
import { replaceIndexed } from '../../src/engine/nats/replace-indexed.ts';
import { watchDeadLetters } from '../../src/dead-letter/counts.ts';
import { createDeadLetters } from '../../src/dead-letter/store.ts';
import type { UnrecoverableEvent } from '../../src/model/event.ts';
import { memoryState } from '../../src/testing/memory-state.ts';

const event: UnrecoverableEvent = {
  request_id: '01a2160c-88ef-7001-a991-1c4fda3b49db',
  received_at: 1_700_000_000_000,
  source: 'shop',
  contract: 'order',
  version: '1.0.0',
  signature: 'a'.repeat(32),
  violations: [],
  raw: '{}',
  reason: 'no',
  code: 'refused',
  attempts: [],
};

/** The state of a process on NATS that dies after so many writes. */
function dying(state: EngineState, after: number): EngineState {
  let left = after;
  const one =
    <A extends unknown[], R>(write: (...args: A) => Promise<R>) =>
    (...args: A): Promise<R> => {
      if (left-- <= 0) throw new Error('died');
      return write(...args);
    };
  const writes = { put: one(state.put), replace: one(state.replace), write: one(state.write) };
  const { get } = state;
  return {
    ...state,
    ...writes,
    replaceIndexed: (key, from, to, entryOf) =>
      replaceIndexed({ get, ...writes }, { key, from, to, entryOf }),
  };
}

it.each([0, 1, 2])(
  'a letter that is replayed by a process that dies after %i writes is listed once',
  async (writes) => {
    const state = memoryState();
    const letters = createDeadLetters(state);
    await letters.keep([event]);
    await expect(createDeadLetters(dying(state, writes)).startReplay(event.request_id)).rejects.toThrow(
      'died',
    );
    const { items } = await letters.list({}, { limit: 10 });
    expect(items.map(({ id }) => id)).toEqual([event.request_id]);
    const status = items[0]!.status;
    expect(status).toBe(writes < 2 ? 'open' : 'replaying');
    expect((await letters.list({ status }, { limit: 10 })).items).toHaveLength(1);
    const counts = await watchDeadLetters(state, letters);
    onTestFinished(() => counts.close());
    expect([counts.count('open'), counts.count('replaying')]).toEqual(writes < 2 ? [1, 0] : [0, 1]);
  },
);

it.each([0, 1])(
  'a new one that was kept up to %i writes is kept whole when its message comes again',
  async (writes) => {
    const state = memoryState();
    const letters = createDeadLetters(state);
    await expect(createDeadLetters(dying(state, writes)).keep([event])).rejects.toThrow('died');
    expect((await letters.list({}, { limit: 10 })).items).toEqual([]);
    expect(await letters.keep([event])).toEqual([event.request_id]);
    expect((await letters.list({}, { limit: 10 })).items).toHaveLength(1);
  },
);
