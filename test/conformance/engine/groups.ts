import { pendingOf } from '../../../src/engine/pending.ts';
import { describe, expect, it } from 'vitest';
import { Received, collect, expectGrowingOffsets, numbers, quick, text } from './helpers.ts';
import { until } from '../../helpers/until.ts';
import type { Subject } from './subject.ts';

/** Where groups stand, and what is known of them. */
export function groupSuite(subject: Subject): void {
  const { publish, reopen, settled, topicStats, groupStats, untilGroup } = subject;

  describe('positions', () => {
    it('survive a restart: what is settled does not come again', async () => {
      await publish('orders', ...numbers(20));
      await collect(subject.engine, 'orders', 'loader', 20);
      await reopen();
      await publish('orders', 'after');
      expect((await collect(subject.engine, 'orders', 'loader', 1)).map(text)).toEqual(['after']);
    });

    it('do not move past what is not settled', async () => {
      await publish('orders', 'a', 'b');
      const log = new Received({ fail: () => new Error('down') });
      await subject.engine.consume('orders', 'loader', { retry: 'hold' }, log.handler);
      await until(() => log.texts.length >= 2);
      await reopen();
      expect((await collect(subject.engine, 'orders', 'loader', 2)).map(text)).toEqual(['a', 'b']);
    });

    it('are kept while nobody consumes: a group finds what was published in its absence', async () => {
      await publish('orders', 'before');
      const consumer = await subject.engine.consume('orders', 'loader', {}, async () => {});
      await settled('orders', 'loader');
      await consumer.stop();
      await publish('orders', 'absent');
      expect((await collect(subject.engine, 'orders', 'loader', 1)).map(text)).toEqual(['absent']);
    });

    it('grow over a restart too', async () => {
      await publish('orders', 'a');
      const [before] = await collect(subject.engine, 'orders', 'loader', 1);
      await reopen();
      await publish('orders', 'b');
      const [after] = await collect(subject.engine, 'orders', 'loader', 1);
      expectGrowingOffsets([before!, after!]);
    });
  });

  describe('groups', () => {
    it('removeGroup forgets the position and the retries', async () => {
      await publish('orders', 'a');
      const log = new Received({ fail: () => new Error('down') });
      const later = { ...quick, initialDelayMs: 60_000, maxDelayMs: 60_000 };
      const consumer = await subject.engine.consume('orders', 'loader', { retry: later }, log.handler);
      await untilGroup('orders', 'loader', { waiting: 1 });
      await consumer.stop();
      await subject.engine.removeGroup('orders', 'loader');
      expect(await groupStats('orders', 'loader')).toBeUndefined();
      await publish('orders', 'b');
      // Whether the topic still keeps "a" is up to the engine: no group held it any more.
      const seen = new Received();
      await subject.engine.consume('orders', 'loader', {}, seen.handler);
      await until(() => seen.texts.includes('b'));
    });

    it('removing a group that does not exist is no error', async () => {
      await expect(subject.engine.removeGroup('orders', 'nobody')).resolves.toBeUndefined();
    });

    it('a group that is consumed is not consumed twice by the same engine', async () => {
      await subject.engine.consume('orders', 'loader', {}, async () => {});
      await expect(subject.engine.consume('orders', 'loader', {}, async () => {})).rejects.toMatchObject({
        code: 'conflict',
      });
    });

    it('can be consumed again after a stop', async () => {
      const consumer = await subject.engine.consume('orders', 'loader', {}, async () => {});
      await consumer.stop();
      await publish('orders', 'a');
      expect((await collect(subject.engine, 'orders', 'loader', 1)).map(text)).toEqual(['a']);
    });
  });

  describe('findPending', () => {
    const textIf = (wanted: string) => (one: { body: Uint8Array }) =>
      text(one) === wanted ? text(one) : undefined;

    it('finds what is not settled, new or deferred, and nothing else', async () => {
      await publish('orders', 'settled', 'deferred');
      const log = new Received({ fail: (one) => (one === 'deferred' ? new Error('later') : undefined) });
      const later = { ...quick, initialDelayMs: 60_000, maxDelayMs: 60_000 };
      const consumer = await subject.engine.consume(
        'orders',
        'loader',
        { maxEvents: 1, retry: later },
        log.handler,
      );
      await untilGroup('orders', 'loader', { pending: 1, waiting: 1 });
      await consumer.stop();
      await publish('orders', 'new');
      expect(await subject.engine.findPending('orders', 'loader', textIf('new'))).toBe('new');
      expect(await subject.engine.findPending('orders', 'loader', textIf('deferred'))).toBe('deferred');
      expect(await subject.engine.findPending('orders', 'loader', textIf('settled'))).toBeUndefined();
      await untilGroup('orders', 'loader', { pending: 2, waiting: 1 });
    });

    it('has everything before a group that has not begun to read, and nothing where nothing was published', async () => {
      expect(await subject.engine.findPending('orders', 'loader', textIf('a'))).toBeUndefined();
      await publish('orders', 'a');
      expect(await subject.engine.findPending('orders', 'loader', textIf('a'))).toBe('a');
    });
  });

  describe('stats', () => {
    it('count what was published, what is kept, and what waits for each group', async () => {
      await subject.engine.publish('orders', [
        { body: Buffer.alloc(100), events: 10 },
        { body: Buffer.alloc(50), events: 5 },
      ]);
      const before = await topicStats('orders');
      expect(before).toMatchObject({ topic: 'orders', published: 15, groups: [] });
      expect(before!.bytes).toBeGreaterThanOrEqual(150);
      // A service that accepts before its pipeline is up has all of it before it.
      expect(pendingOf(before, 'loader')).toBe(15);

      const consumer = await subject.engine.consume('orders', 'loader', {}, async () => {});
      await untilGroup('orders', 'loader', { pending: 0, waiting: 0 });
      await consumer.stop();
      await publish('orders', 'another');
      await untilGroup('orders', 'loader', { pending: 1, waiting: 0 });
      expect(await topicStats('orders')).toMatchObject({ published: 16 });
    });

    it('are the same after a restart', async () => {
      await subject.engine.publish('orders', [{ body: Buffer.alloc(100), events: 10 }]);
      await collect(subject.engine, 'orders', 'loader', 1);
      await publish('orders', 'waits');
      await untilGroup('orders', 'loader', { pending: 1, waiting: 0 });
      await reopen();
      await untilGroup('orders', 'loader', { pending: 1, waiting: 0 });
      expect(await topicStats('orders')).toMatchObject({ published: 11 });
    });

    it('what all groups have settled takes no room', async () => {
      await subject.engine.publish(
        'orders',
        numbers(20).map(() => ({ body: Buffer.alloc(1000) })),
      );
      await collect(subject.engine, 'orders', 'loader', 20);
      await until(async () => (await topicStats('orders'))?.bytes === 0);
    });
  });
}
