import { expect, it, onTestFinished } from 'vitest';
import { createDeadLetters } from '../../src/dead-letter/store.ts';
import { freeLeases } from '../../src/engine/lease.ts';
import { Retention } from '../../src/flow/retention.ts';
import type { AgedOriginals, KeptOriginals } from '../../src/load/kept-originals.ts';
import { SentinelError } from '../../src/model/errors.ts';
import { createLogger } from '../../src/support/log.ts';
import { memoryState } from '../../src/testing/memory-state.ts';
import { until } from '../helpers/until.ts';

const day = 86_400_000;

/** Originals in memory by the time they were written, which are out of reach while `down`. */
function originals(written: number[]) {
  const calls: AgedOriginals[] = [];
  const control = { down: false, reclaimed: 0 };
  const kept: KeptOriginals = {
    async forget(aged) {
      if (control.down) throw new SentinelError('destination_unavailable', 'away');
      calls.push(aged);
      const old = written.filter((at) => at >= aged.from && at < aged.before).slice(0, aged.limit);
      for (const at of old) written.splice(written.indexOf(at), 1);
      return old.length;
    },
    reclaim: async () => void control.reclaimed++,
  };
  return { kept, calls, control };
}

it('takes settled letters and originals of each destination, says how many, and goes on where it was after an outage', async () => {
  const state = memoryState();
  const letters = createDeadLetters(state, { now: () => new Date(Date.now() - 91 * day) });
  const failed = { received_at: 1, source: 'shop', contract: 'order', version: '1.0.0', signature: 'abc' };
  await letters.keep(
    ['a', 'b'].map((request_id) => ({
      ...failed,
      request_id,
      violations: [],
      raw: '{}',
      reason: 'no',
      code: 'refused',
      attempts: [],
    })),
  );
  await letters.discard('a', 'spam');
  const old = Date.now() - 366 * day;
  const main = originals([...Array.from({ length: 700 }, () => old), Date.now()]);
  main.control.down = true;
  const lines: string[] = [];
  const retention = new Retention({
    state,
    leases: freeLeases,
    places: () => [
      { name: 'main', originals: main.kept },
      { name: 'to.away', originals: undefined },
    ],
    days: { deadLettersDays: 90, originalsDays: 365 },
    log: createLogger(
      { level: 'info', format: 'json' },
      { destination: { write: (line: string) => lines.push(line) } },
    ),
    startMs: 0,
    everyMs: 5,
  });
  onTestFinished(() => retention.stop());

  await until(async () => (await letters.get('a')) === undefined);
  expect((await letters.get('b'))?.status).toBe('open');
  main.control.down = false;
  await until(() => main.calls.filter(({ from }) => from > 0).length > 0);
  // 500, 200, none.
  expect(main.calls.slice(0, 3).map(({ from }) => from)).toEqual([0, 0, 0]);
  expect(main.calls.at(-1)!.from).toBeGreaterThan(old);
  expect(main.control.reclaimed).toBeGreaterThan(0);
  expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
    expect.objectContaining({ status: 'aged_out', dead_letters: 1 }),
    expect.objectContaining({ status: 'aged_out', originals: 700, destination: 'main' }),
  ]);
});
