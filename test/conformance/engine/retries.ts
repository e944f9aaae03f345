import { describe, expect, it } from 'vitest';
import type { ConsumeOptions, Delivery } from '../../../src/engine/engine.ts';
import { Received, collect, quick, text } from './helpers.ts';
import { until } from '../../helpers/until.ts';
import type { Subject } from './subject.ts';

/** What becomes of a delivery that failed or was deferred. */
export function retrySuite(subject: Subject): void {
  const { publish, reopen, settled, untilGroup } = subject;

  describe('failures', () => {
    it('only what the handler names comes again', async () => {
      await publish('orders', 'a', 'b', 'c');
      const tries = new Map<string, number[]>();
      await subject.engine.consume('orders', 'loader', { retry: quick }, async (batch) => {
        for (const one of batch) tries.set(text(one), [...(tries.get(text(one)) ?? []), one.attempt]);
        return batch.flatMap((one, index) =>
          text(one) === 'b' && one.attempt < 3 ? [{ index, error: new Error('flaky') }] : [],
        );
      });
      await until(() => tries.get('b')?.length === 3);
      await settled('orders', 'loader');
      expect(Object.fromEntries(tries)).toEqual({ a: [1], b: [1, 2, 3], c: [1] });
    });

    it('others go on while one waits for its retry', async () => {
      await publish('orders', 'bad', 'good');
      const log = new Received({ fail: (one) => (one === 'bad' ? new Error('later') : undefined) });
      const slow = { ...quick, initialDelayMs: 60_000, maxDelayMs: 60_000 };
      await subject.engine.consume('orders', 'loader', { maxEvents: 1, retry: slow }, log.handler);
      await until(() => log.texts.includes('good'));
      await publish('orders', 'better');
      await until(() => log.texts.includes('better'));
      await untilGroup('orders', 'loader', { pending: 1, waiting: 1 });
    });

    it('a handler that throws fails its whole batch', async () => {
      await publish('orders', 'a', 'b');
      const log = new Received({
        fail: (_one, attempt) => (attempt === 1 ? new Error('once') : undefined),
      });
      await subject.engine.consume('orders', 'loader', { retry: quick }, log.handler);
      await until(() => log.texts.length === 4);
      await settled('orders', 'loader');
      expect(log.texts.toSorted()).toEqual(['a', 'a', 'b', 'b']);
    });

    it('waits longer after each try', async () => {
      await publish('orders', 'bad');
      const at: number[] = [];
      const policy = { maxAttempts: 4, initialDelayMs: 60, maxDelayMs: 1000, factor: 3, jitter: 0 };
      await subject.engine.consume('orders', 'loader', { retry: policy }, async () => {
        at.push(performance.now());
        throw new Error('still bad');
      });
      await until(() => at.length === 4);
      expect(at[1]! - at[0]!).toBeGreaterThanOrEqual(50);
      expect(at[2]! - at[1]!).toBeGreaterThanOrEqual(170);
      expect(at[3]! - at[2]!).toBeGreaterThanOrEqual(530);
    });

    it('reports each failed try', async () => {
      await publish('orders', 'bad');
      const reports: { attempt: number; events: number; error: unknown }[] = [];
      const error = new Error('broken');
      await subject.engine.consume(
        'orders',
        'loader',
        { retry: { ...quick, maxAttempts: 2 }, onFailure: (failure) => reports.push(failure) },
        async () => {
          throw error;
        },
      );
      await until(() => reports.length === 2);
      expect(reports).toMatchObject([
        { attempt: 1, events: 1, error },
        { attempt: 2, events: 1, error },
      ]);
    });

    it('gives up after maxAttempts, and says so before it settles', async () => {
      await publish('orders', 'bad', 'good');
      const log = new Received({ fail: (one) => (one === 'bad' ? new Error('never') : undefined) });
      const exhausted: [string, number, unknown][] = [];
      await subject.engine.consume(
        'orders',
        'loader',
        {
          maxEvents: 1,
          retry: { ...quick, maxAttempts: 3 },
          onExhausted: async (delivery, error) =>
            void exhausted.push([text(delivery), delivery.attempt, error]),
        },
        log.handler,
      );
      await until(() => exhausted.length === 1);
      await settled('orders', 'loader');
      expect(log.texts.filter((one) => one === 'bad')).toHaveLength(3);
      expect(exhausted).toEqual([['bad', 3, new Error('never')]]);
    });

    it('does not try again what says that it cannot succeed', async () => {
      await publish('orders', 'bad');
      const hopeless = Object.assign(new Error('wrong'), { retryable: false });
      const log = new Received({ fail: () => hopeless });
      const exhausted: unknown[] = [];
      const onExhausted = async (_: Delivery, error: unknown): Promise<void> => void exhausted.push(error);
      await subject.engine.consume('orders', 'loader', { retry: quick, onExhausted }, log.handler);
      await until(() => exhausted.length === 1);
      await settled('orders', 'loader');
      expect(log.texts).toEqual(['bad']);
      expect(exhausted).toEqual([hopeless]);
    });

    it('does not lose a delivery when onExhausted fails', async () => {
      await publish('orders', 'bad');
      let calls = 0;
      const options: ConsumeOptions = {
        retry: { ...quick, maxAttempts: 1 },
        onExhausted: async () => {
          calls += 1;
          if (calls < 3) throw new Error('the dead letters are down');
        },
      };
      await subject.engine.consume('orders', 'loader', options, async () => {
        throw new Error('bad');
      });
      await until(() => calls === 3);
      await settled('orders', 'loader');
      expect(calls).toBe(3);
    });

    it('a deferral comes back after its time and does not count as a try', async () => {
      await publish('orders', 'early');
      const tries: { attempt: number; at: number }[] = [];
      await subject.engine.consume(
        'orders',
        'loader',
        { retry: { ...quick, maxAttempts: 2 } },
        async ([one]) => {
          tries.push({ attempt: one!.attempt, at: performance.now() });
          return tries.length <= 3 ? [{ index: 0, deferMs: 100 }] : [];
        },
      );
      await until(() => tries.length === 4);
      await settled('orders', 'loader');
      expect(tries.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1]);
      expect(tries[1]!.at - tries[0]!.at).toBeGreaterThanOrEqual(90);
    });

    it('retries survive a restart, with their count', async () => {
      await publish('orders', 'bad');
      const log = new Received({ fail: () => new Error('down') });
      const later = { ...quick, initialDelayMs: 400, maxDelayMs: 400, maxAttempts: 10 };
      await subject.engine.consume('orders', 'loader', { retry: later }, log.handler);
      await untilGroup('orders', 'loader', { pending: 1, waiting: 1 });
      await reopen();
      const [again] = await collect(subject.engine, 'orders', 'loader', 1);
      expect(text(again!)).toBe('bad');
      expect(again!.attempt).toBeGreaterThanOrEqual(2);
    });

    it('a handler that names a delivery which is not there settles nothing', async () => {
      await publish('orders', 'a');
      let calls = 0;
      await subject.engine.consume('orders', 'loader', { retry: quick }, async () => {
        calls += 1;
        return calls === 1 ? [{ index: 7, error: new Error('?') }] : [];
      });
      await until(() => calls === 2);
      await settled('orders', 'loader');
    });
  });
}
