import { describe, expect, it } from 'vitest';
import { Received, collect, expectGrowingOffsets, message, numbers, signal, text } from './helpers.ts';
import { until } from '../../helpers/until.ts';
import type { Subject } from './subject.ts';

/** Topics, batches and what a group is given. */
export function topicSuite(subject: Subject): void {
  const { publish, reopen } = subject;

  describe('topics', () => {
    it('delivers what was published, whole and in order within a partition', async () => {
      const sent = numbers(500);
      for (let i = 0; i < sent.length; i += 50) await publish('orders', ...sent.slice(i, i + 50));
      const seen = await collect(subject.engine, 'orders', 'loader', sent.length);
      expect(seen.map(text)).toEqual(sent);
      expectGrowingOffsets(seen);
    });

    it('loses nothing when many publish at the same time', async () => {
      const sent = numbers(300);
      const receiving = collect(subject.engine, 'orders', 'loader', sent.length);
      await Promise.all(sent.map((one) => publish('orders', one)));
      expect((await receiving).map(text).toSorted()).toEqual(sent.toSorted());
    });

    it('carries any bytes: empty, binary, a megabyte', async () => {
      const bodies = [Buffer.alloc(0), Buffer.from([0, 255, 254, 10, 13]), Buffer.alloc(1024 * 900, 7)];
      await subject.engine.publish(
        'orders',
        bodies.map((body) => ({ body })),
      );
      const seen = await collect(subject.engine, 'orders', 'loader', bodies.length);
      expect(seen.map(({ body }, i) => Buffer.compare(body, bodies[i]!))).toEqual([0, 0, 0]);
    });

    it('where one process has it: publishes with keys, which are found again until they expire', async () => {
      const { published, cluster } = subject.engine;
      if (published === undefined) return expect(cluster).toBeDefined();
      const key = (fill: number) => String.fromCharCode(fill).repeat(16);
      const id = '0192f0c1-2b3c-7def-8123-00000000000a';
      await published.publish(
        'orders',
        [message('an order')],
        [
          { key: key(1), id, expiresAt: Date.now() + 60_000 },
          { key: key(2), id, expiresAt: Date.now() },
        ],
      );
      expect([1, 2, 3].map((fill) => published.find(key(fill)))).toEqual([id, undefined, undefined]);
      expect((await collect(subject.engine, 'orders', 'loader', 1)).map(text)).toEqual(['an order']);
    });

    it('takes an empty publish', async () => {
      await expect(subject.engine.publish('orders', [])).resolves.toBeUndefined();
    });

    it('keeps topics apart', async () => {
      await publish('orders', 'an order');
      await publish('payments', 'a payment');
      expect((await collect(subject.engine, 'payments', 'loader', 1)).map(text)).toEqual(['a payment']);
      expect((await collect(subject.engine, 'orders', 'loader', 1)).map(text)).toEqual(['an order']);
    });

    it('gives every group every message', async () => {
      await publish('orders', 'a', 'b');
      const [loader, audit] = await Promise.all([
        collect(subject.engine, 'orders', 'loader', 3),
        collect(subject.engine, 'orders', 'audit', 3),
        publish('orders', 'c'),
      ]);
      expect(loader.map(text)).toEqual(['a', 'b', 'c']);
      expect(audit.map(text)).toEqual(['a', 'b', 'c']);
    });

    it('wakes a consumer that waits', async () => {
      const log = new Received();
      await subject.engine.consume('orders', 'loader', {}, log.handler);
      await publish('orders', 'first');
      await until(() => log.texts.length === 1);
      await publish('orders', 'second');
      await until(() => log.texts.length === 2);
      expect(log.texts).toEqual(['first', 'second']);
    });
  });

  describe('batches', () => {
    it('stay within maxEvents, counting the events of each message', async () => {
      await subject.engine.publish(
        'orders',
        numbers(30).map((one) => ({ body: Buffer.from(one), events: 3 })),
      );
      const log = new Received();
      await subject.engine.consume('orders', 'loader', { maxEvents: 10 }, log.handler);
      await until(() => log.texts.length === 30);
      for (const batch of log.batches) expect(batch.length * 3).toBeLessThanOrEqual(10);
    });

    it('stay within maxBytes', async () => {
      await subject.engine.publish(
        'orders',
        numbers(30).map(() => ({ body: Buffer.alloc(400) })),
      );
      const log = new Received();
      await subject.engine.consume('orders', 'loader', { maxBytes: 1000 }, log.handler);
      await until(() => log.texts.length === 30);
      for (const batch of log.batches) expect(batch.length).toBeLessThanOrEqual(2);
    });

    it('a message larger than the limits comes alone', async () => {
      await subject.engine.publish('orders', [
        message('small'),
        { body: Buffer.from('large'), events: 50 },
        message('small too'),
      ]);
      const log = new Received();
      await subject.engine.consume('orders', 'loader', { maxEvents: 10 }, log.handler);
      await until(() => log.texts.length === 3);
      expect(log.batches.find((batch) => batch.includes('large'))).toEqual(['large']);
    });

    it('are handled one at a time by default', async () => {
      await publish('orders', ...numbers(40));
      const log = new Received({ pauseMs: 5 });
      await subject.engine.consume('orders', 'loader', { maxEvents: 4 }, log.handler);
      await until(() => log.texts.length === 40);
      expect(log.mostAtOnce).toBe(1);
    });

    it('overlap up to inFlight', async () => {
      await publish('orders', ...numbers(40));
      let [running, mostAtOnce, done] = [0, 0, 0];
      const three = signal();
      const options = { maxEvents: 4, inFlight: 3 };
      await subject.engine.consume('orders', 'loader', options, async (batch) => {
        running += 1;
        mostAtOnce = Math.max(mostAtOnce, running);
        if (running === 3) three.give();
        await three.given;
        running -= 1;
        done += batch.length;
      });
      await until(() => done === 40);
      expect(mostAtOnce).toBe(3);
    });

    it('in flight together still settle in order: what follows an unfinished batch comes again', async () => {
      await publish('orders', 'slow', 'quick');
      const seen: string[] = [];
      await subject.engine.consume(
        'orders',
        'loader',
        { maxEvents: 1, inFlight: 2, retry: 'hold' },
        async (batch) => {
          seen.push(...batch.map(text));
          if (text(batch[0]!) === 'slow') throw new Error('not today');
        },
      );
      await until(() => seen.includes('quick') && seen.includes('slow'));
      await reopen();
      expect((await collect(subject.engine, 'orders', 'loader', 1)).map(text)[0]).toBe('slow');
    });
  });
}
