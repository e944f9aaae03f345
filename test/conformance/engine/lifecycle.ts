import { describe, expect, it } from 'vitest';
import { Received, collect, numbers, signal, text } from './helpers.ts';
import { until } from '../../helpers/until.ts';
import type { Subject } from './subject.ts';

/** Pause, stop and close. */
export function lifecycleSuite(subject: Subject): void {
  const { publish, reopen, settled } = subject;

  describe('pause and resume', () => {
    it('a paused consumer takes no batch until it is resumed', async () => {
      await publish('orders', 'a');
      const log = new Received();
      const consumer = await subject.engine.consume('orders', 'loader', {}, log.handler);
      await settled('orders', 'loader');
      consumer.pause();
      await publish('orders', 'b');
      // Another group gets it, so it is there to be taken. What came before may be trimmed by now.
      await collect(subject.engine, 'orders', 'witness', 1);
      expect(log.texts).toEqual(['a']);
      consumer.resume();
      await settled('orders', 'loader');
      expect(log.texts).toEqual(['a', 'b']);
    });

    it('a consumer may begin paused', async () => {
      await publish('orders', 'a');
      const log = new Received();
      const consumer = await subject.engine.consume('orders', 'loader', { paused: true }, log.handler);
      await collect(subject.engine, 'orders', 'witness', 1);
      expect(log.texts).toEqual([]);
      consumer.resume();
      await settled('orders', 'loader');
      expect(log.texts).toEqual(['a']);
    });

    it('a paused consumer stops like any other', async () => {
      await publish('orders', 'a');
      const consumer = await subject.engine.consume('orders', 'loader', { paused: true }, async () => {});
      await consumer.stop();
      expect((await collect(subject.engine, 'orders', 'loader', 1)).map(text)).toEqual(['a']);
    });
  });

  describe('stop and close', () => {
    it('stop lets the running batch finish and takes no more', async () => {
      await publish('orders', ...numbers(10));
      const log = new Received({ pauseMs: 50 });
      const consumer = await subject.engine.consume('orders', 'loader', { maxEvents: 2 }, log.handler);
      await until(() => log.running === 1);
      await consumer.stop();
      expect(log.running).toBe(0);
      const done = log.texts.length;
      expect(done).toBeLessThan(10);
      const rest = await collect(subject.engine, 'orders', 'loader', 10 - done);
      expect([...log.texts, ...rest.map(text)]).toEqual(numbers(10));
    });

    it('a handler may publish and write state while its consumer stops', async () => {
      await publish('orders', 'a');
      const begun = signal();
      const go = signal();
      const consumer = await subject.engine.consume('orders', 'loader', {}, async () => {
        begun.give();
        await go.given;
        await publish('payments', 'from the handler');
        await subject.engine.state.put('done', true);
      });
      await begun.given;
      const stopped = consumer.stop();
      go.give();
      await stopped;
      expect(await subject.engine.state.get('done')).toBe(true);
      expect((await collect(subject.engine, 'payments', 'loader', 1)).map(text)).toEqual([
        'from the handler',
      ]);
    });

    it('close finishes the running batches and settles them', async () => {
      await publish('orders', 'a', 'b');
      const log = new Received({ pauseMs: 50 });
      await subject.engine.consume('orders', 'loader', { maxEvents: 1 }, log.handler);
      await until(() => log.running === 1);
      await reopen();
      expect(log.running).toBe(0);
      const rest = await collect(subject.engine, 'orders', 'loader', 2 - log.texts.length);
      expect([...log.texts, ...rest.map(text)]).toEqual(['a', 'b']);
    });

    it('a closed engine refuses everything with engine_closed', async () => {
      await subject.engine.close();
      const closed = { code: 'engine_closed' };
      await expect(publish('orders', 'a')).rejects.toMatchObject(closed);
      await expect(subject.engine.consume('orders', 'loader', {}, async () => {})).rejects.toMatchObject(
        closed,
      );
      await expect(subject.engine.state.get('key')).rejects.toMatchObject(closed);
      await expect(subject.engine.state.put('key', 1)).rejects.toMatchObject(closed);
      await expect(subject.engine.stats()).rejects.toMatchObject(closed);
      await expect(subject.engine.removeGroup('orders', 'loader')).rejects.toMatchObject(closed);
      await expect(subject.engine.close()).resolves.toBeUndefined();
    });
  });
}
