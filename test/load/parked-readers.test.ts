import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Consumer } from '../../src/engine/engine.ts';
import { ParkedReaders } from '../../src/load/parked-readers.ts';
import { SentinelError } from '../../src/model/errors.ts';
import { silent } from '../helpers/healing.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const consumer: Consumer = { pause: () => undefined, resume: () => undefined, stop: async () => undefined };

function readersOf(start: (table: string) => Promise<Consumer>) {
  const broken: unknown[] = [];
  const readers = new ParkedReaders({
    engine: { stats: async () => [{ topic: 'parked/x', published: 1, bytes: 1, groups: [] }] },
    tableOf: (topic) => topic.split('/')[1],
    start,
    onBroken: (error) => broken.push(error),
    log: silent,
  });
  return { readers, broken };
}

it.each([
  ['at the start', (readers: ParkedReaders) => readers.look()],
  ['when its table begins to wait', async (readers: ParkedReaders) => readers.begin('x')],
])(
  'a reader that the queue does not start %s, as it is away for a moment, is started soon',
  async (_, act) => {
    let tries = 0;
    const { readers, broken } = readersOf(async () => {
      if (++tries < 3) throw new SentinelError('engine_unavailable', 'no servers');
      return consumer;
    });
    await act(readers);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(tries).toBe(3);
    expect(broken).toEqual([]);
    await readers.stop();
  },
);

it('what nobody expects is said to whoever ends the process', async () => {
  const error = new TypeError('a bug');
  const { readers, broken } = readersOf(() => Promise.reject(error));
  await readers.look();
  expect(broken).toEqual([error]);
  await readers.stop();
});
