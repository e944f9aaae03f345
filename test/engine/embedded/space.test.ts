import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Engine } from '../../../src/engine/engine.ts';
import { message, openEngine, readAll, text } from './fixtures.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { mountSmallDisk } from '../../chaos/faults/disk.ts';
import { until } from '../../helpers/until.ts';

const keptBytes = async (engine: Engine): Promise<number> => {
  const stats = await engine.stats();
  return stats.reduce((sum, { bytes }) => sum + bytes, 0);
};

describe('space', () => {
  it('is not written to when the disk has hardly any left, and is again when there is', async (context) => {
    const disk = mountSmallDisk(64 * 2 ** 20);
    if (disk === undefined) return context.skip();
    onTestFinished(() => disk.remove());
    const engine = await openEngine(disk.folder);
    await engine.publish('orders', [message('before')]);
    const giveBack = disk.fill();
    await expect(engine.publish('orders', [message('lost')])).rejects.toThrow(/is full/);
    await expect(engine.state.put('a', 1)).rejects.toMatchObject({ code: 'engine_unavailable' });
    giveBack();
    await engine.publish('orders', [message('after')]);
    const taken = await readAll(engine, 'orders', 2);
    expect(taken).toEqual(['before', 'after']);
  });

  it('is asked for by its file: what is written to a deleted or replaced one would be kept nowhere', async () => {
    const dir = await temporaryFolder();
    const engine = await openEngine(dir);
    await engine.publish('orders', [message('before')]);
    await rm(join(dir, 'engine.mdb'));
    await expect(engine.publish('orders', [message('lost')])).rejects.toThrow(/was deleted/);
    expect(engine.trouble()).toMatch(/was deleted/);
    await writeFile(join(dir, 'engine.mdb'), 'another');
    await expect(engine.publish('orders', [message('lost')])).rejects.toMatchObject({
      code: 'engine_unavailable',
    });
  });

  it('is used again: filling and draining ten times does not let the file grow', async () => {
    const dir = await temporaryFolder();
    const engine = await openEngine(dir);
    const size = async (): Promise<number> => (await stat(join(dir, 'engine.mdb'))).size;
    const fill = async (): Promise<void> => {
      for (let i = 0; i < 40; i++) {
        const bodies = Array.from({ length: 100 }, (_, k) => ({
          body: Buffer.alloc(500 + 37 * ((i + k) % 50)),
        }));
        await engine.publish('orders', bodies);
        await engine.publish('orders', [{ body: Buffer.alloc(200_000 + i * 1000) }]);
      }
    };
    const drain = async (): Promise<void> => {
      const consumer = await engine.consume('orders', 'loader', {}, async () => {});
      await until(async () => (await keptBytes(engine)) === 0);
      await consumer.stop();
    };
    await fill();
    const peak = await size();
    for (let round = 0; round < 10; round++) {
      await drain();
      await fill();
    }
    expect(await size()).toBeLessThanOrEqual(1.5 * peak);
  });

  it('is freed over many blocks at once, when the group that held them back is removed', async () => {
    const engine = await openEngine(await temporaryFolder());
    const idle = await engine.consume('orders', 'idle', {}, async () => {});
    await idle.stop();
    for (let i = 0; i < 1200; i++) await engine.publish('orders', [message('x')]);
    await engine.consume('orders', 'loader', {}, async () => {});
    await until(async () => {
      const [topic] = await engine.stats();
      return topic?.groups.find(({ group }) => group === 'loader')?.pending === 0;
    });
    expect(await keptBytes(engine)).toBe(1200);
    await engine.removeGroup('orders', 'idle');
    await until(async () => (await keptBytes(engine)) === 0);
  });

  it('keeps everything while a topic has no group', async () => {
    const dir = await temporaryFolder();
    const first = await openEngine(dir);
    await first.publish('orders', [message('kept')]);
    await first.close();
    const engine = await openEngine(dir);
    expect(await keptBytes(engine)).toBe(4);
  });
});

describe('limits', () => {
  const full = { code: 'engine_full', retryable: true };

  it('bytes: publish is refused when they are exceeded, until consumers catch up', async () => {
    const engine = await openEngine(await temporaryFolder(), { limits: { bytes: 10_000 } });
    const publish = () => engine.publish('orders', [{ body: Buffer.alloc(1000) }]);
    for (let i = 0; i < 10; i++) await publish();
    await expect(publish()).rejects.toMatchObject(full);
    await engine.publish('payments', [message('another topic has room')]);

    await engine.consume('orders', 'loader', {}, async () => {});
    await until(() =>
      publish().then(
        () => true,
        () => false,
      ),
    );
  });

  it('events: likewise, counting those in the queue', async () => {
    const engine = await openEngine(await temporaryFolder(), { limits: { events: 100 } });
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () => engine.publish('orders', [{ body: Buffer.from('x'), events: 10 }])),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    await expect(engine.publish('orders', [message('x')])).rejects.toMatchObject(full);
  });

  it('what is deferred for a retry counts too', async () => {
    const engine = await openEngine(await temporaryFolder(), { limits: { events: 10 } });
    const later = { maxAttempts: 5, initialDelayMs: 60_000, maxDelayMs: 60_000, factor: 1, jitter: 0 };
    await engine.consume('orders', 'loader', { retry: later }, async () => {
      throw new Error('down');
    });
    await engine.publish(
      'orders',
      Array.from({ length: 10 }, () => message('x')),
    );
    await until(async () => (await engine.stats())[0]?.groups[0]?.waiting === 10);
    await expect(engine.publish('orders', [message('x')])).rejects.toMatchObject(full);
  });

  it('hold after a restart', async () => {
    const dir = await temporaryFolder();
    const first = await openEngine(dir);
    await first.publish('orders', [{ body: Buffer.alloc(1000) }]);
    await first.close();
    const engine = await openEngine(dir, { limits: { bytes: 1000 } });
    await expect(engine.publish('orders', [message('x')])).rejects.toMatchObject(full);
  });
});

describe('large publishes', () => {
  it('go to several blocks, and come back whole and in order', async () => {
    const engine = await openEngine(await temporaryFolder());
    const count = 150_000; // more than two blocks by number
    await engine.publish(
      'orders',
      Array.from({ length: count }, (_, i) => message(String(i))),
    );
    const large = [6, 1, 3, 3].map((megabytes) => ({
      body: Buffer.alloc(megabytes * 1024 * 1024, megabytes),
    }));
    await engine.publish('orders', large);

    const sizes: number[] = [];
    const misplaced: string[] = [];
    let next = 0;
    let last = -1;
    await engine.consume('orders', 'loader', { maxEvents: 10_000 }, async (batch) => {
      for (const one of batch) {
        const isNext = next >= count || text(one) === String(next);
        if (!isNext || one.position.offset <= last) misplaced.push(`${one.position.offset} after ${last}`);
        last = one.position.offset;
        if (next++ >= count) sizes.push(one.body.length);
      }
    });
    await until(() => sizes.length === large.length);
    expect(sizes).toEqual(large.map(({ body }) => body.length));
    expect(misplaced).toEqual([]);
  });

  it.each([-1, 1.5, 2 ** 32])('a message of %s events is a mistake of the caller', async (events) => {
    const engine = await openEngine(await temporaryFolder());
    await expect(engine.publish('orders', [{ body: Buffer.from('x'), events }])).rejects.toThrow(RangeError);
  });

  it.each(['', 'a/b', 'tab\t', 'x'.repeat(201)])('a topic is not named %j', async (topic) => {
    const engine = await openEngine(await temporaryFolder());
    await expect(engine.publish(topic, [message('x')])).rejects.toThrow(RangeError);
  });
});
