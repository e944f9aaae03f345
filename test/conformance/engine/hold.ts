import { describe, expect, it } from 'vitest';
import { Received, collect, text } from './helpers.ts';
import { until } from '../../helpers/until.ts';
import type { Subject } from './subject.ts';

/** Retries in place. */
export function holdSuite(subject: Subject): void {
  const { publish, settled } = subject;

  describe("retry: 'hold'", () => {
    it('tries the batch again in place; nothing behind it overtakes', async () => {
      await publish('orders', 'first', 'second', 'third');
      const log = new Received({
        fail: (one, attempt) => (one === 'first' && attempt < 3 ? new Error('down') : undefined),
      });
      await subject.engine.consume('orders', 'loader', { maxEvents: 1, retry: 'hold' }, log.handler);
      await until(() => log.texts.includes('third'));
      expect(log.texts).toEqual(['first', 'first', 'first', 'second', 'third']);
    });

    it('hands over again only what is not settled', async () => {
      await publish('orders', 'a', 'b', 'c');
      const batches: string[][] = [];
      await subject.engine.consume('orders', 'loader', { retry: 'hold' }, async (batch) => {
        batches.push(batch.map((one) => `${text(one)}${one.attempt}`));
        return batch.flatMap((one, index) =>
          text(one) === 'b' && one.attempt === 1 ? [{ index, error: new Error('down') }] : [],
        );
      });
      await settled('orders', 'loader');
      expect(batches.flat()).toEqual(['a1', 'b1', 'c1', 'b2']);
    });

    it('never gives up, not even on an error that is not retryable', async () => {
      await publish('orders', 'bad');
      let calls = 0;
      const onExhausted = async (): Promise<void> => expect.unreachable('hold has no end');
      await subject.engine.consume('orders', 'loader', { retry: 'hold', onExhausted }, async () => {
        calls += 1;
        if (calls < 3) throw Object.assign(new Error('wrong'), { retryable: false });
      });
      await settled('orders', 'loader');
      expect(calls).toBe(3);
    });

    it('stops at once, without waiting for the next try', async () => {
      await publish('orders', 'bad');
      const log = new Received({ fail: () => new Error('down') });
      const consumer = await subject.engine.consume('orders', 'loader', { retry: 'hold' }, log.handler);
      await until(() => log.texts.length >= 5); // the next delay is more than a second
      const tries = log.texts.length;
      await consumer.stop();
      expect(log.texts).toHaveLength(tries);
      expect((await collect(subject.engine, 'orders', 'loader', 1)).map(text)).toEqual(['bad']);
    });
  });
}
