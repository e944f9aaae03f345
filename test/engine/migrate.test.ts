import { access, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { NatsConfig } from '../../src/config/load.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { openEmbeddedEngine } from '../../src/engine/embedded/index.ts';
import { openNatsEngine } from '../../src/engine/nats/index.ts';
import { stateKeyOf } from '../../src/engine/published-key.ts';
import { migrate } from '../../src/engine/migrate.ts';
import { collect, message, numbers, text } from '../conformance/engine/helpers.ts';
import { until } from '../helpers/until.ts';
import { freshPrefix } from './nats/support.ts';
import { type NatsServer, noNatsServer, startNatsServer } from '../helpers/nats-server.ts';

describe.skipIf(noNatsServer !== undefined)('migrate: a data folder to NATS', () => {
  let server: NatsServer;
  beforeAll(async () => {
    server = await startNatsServer();
  });
  afterAll(() => server.stop());

  const deliveryKey = 'k'.repeat(16);
  const deliveryId = '0192f0c1-2b3c-7def-8123-00000000000a';
  const quiet = { dryRun: false, progress: () => undefined };

  /** A folder with a queue in which everything is that can wait. */
  async function prepare(): Promise<{ dataDir: string; engine: NatsConfig }> {
    const dataDir = await mkdtemp(join(tmpdir(), 'sentinel-migrate-'));
    onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
    const source = await openEmbeddedEngine({ dir: join(dataDir, 'queue'), writer: 'main' });
    await source.publish('raw_event', [{ body: Buffer.from('settled'), events: 3 }]);
    await collect(source, 'raw_event', 'pipeline', 1);
    await source.publish(
      'raw_event',
      numbers(1200).map((one) => ({ body: Buffer.from(one), events: 2 })),
    );
    await source.publish('raw_event', [{ body: Buffer.alloc(2_500_000, 7), events: 5 }]);
    await source.publish('validation_error', [message('fails'), message('new')]);
    const later = { maxAttempts: 9, initialDelayMs: 60_000, maxDelayMs: 60_000, factor: 1, jitter: 0 };
    let isNewDone = false;
    const consumer = await source.consume(
      'validation_error',
      'healer',
      { maxEvents: 1, retry: later },
      async ([one]) => {
        if (text(one!) === 'fails') throw new Error('not yet');
        isNewDone = true;
      },
    );
    await until(async () => isNewDone && (await waiting(source)) === 1);
    await consumer.stop();
    await source.publish('validation_error', [message('after')]);
    await source.published!.publish(
      'unread',
      [message('nobody has read this')],
      [{ key: deliveryKey, id: deliveryId, expiresAt: Date.now() + 120_000 }],
    );
    await source.state.write([
      { put: 'rules/1', value: { id: '1', plan: ['move'] } },
      { put: 'dead-letters/by-id/x', value: { raw: 'y'.repeat(1_200_000) } },
      { put: 'short', value: 1, ttlMs: 120_000 },
      { put: 'gone', value: 1, ttlMs: 1 },
    ]);
    await source.close();
    const engine: NatsConfig = {
      type: 'nats',
      servers: [server.address],
      prefix: freshPrefix(),
      replicas: 1,
      ackWaitMs: 5000,
    };
    return { dataDir, engine };
  }

  const waiting = async (engine: Engine) =>
    (await engine.stats()).find(({ topic }) => topic === 'validation_error')?.groups[0]?.waiting;

  const openTarget = async (engine: NatsConfig) => {
    const target = await openNatsEngine({ ...engine, writer: 'test' });
    onTestFinished(() => target.close());
    return target;
  };

  it('carries what waits for each group, its tries, the state and the counters', async () => {
    const { dataDir, engine } = await prepare();
    const { carried, kept } = await migrate({ dataDir, engine }, quiet);
    await expect(migrate({ dataDir, engine }, quiet)).rejects.toThrow(/carried over before/);
    expect(carried).toContainEqual({ what: 'raw_event for pipeline', messages: 1201, events: 2405 });
    expect(carried).toContainEqual({ what: 'unread', messages: 1, events: 1 });
    expect(carried).toContainEqual({ what: 'state', messages: 4, events: 0 });

    const target = await openTarget(engine);
    const stats = await target.stats();
    const topic = (name: string) => stats.find((one) => one.topic === name);
    expect(topic('raw_event')).toMatchObject({
      published: 2408,
      groups: [{ group: 'pipeline', pending: 2405 }],
    });
    expect(topic('validation_error')).toMatchObject({ published: 3 });
    expect(topic('unread')).toMatchObject({ published: 1, groups: [] });
    const raw = await collect(target, 'raw_event', 'pipeline', 1201);
    expect(raw.slice(0, 1200).map(text)).toEqual(numbers(1200));
    expect(raw[1200]!.body.length).toBe(2_500_000);
    const failed = await target.findPending('validation_error', 'healer', (one) =>
      text(one) === 'fails' ? text(one) : undefined,
    );
    expect(failed).toBe('fails');
    expect((await collect(target, 'unread', 'somebody', 1)).map(text)).toEqual(['nobody has read this']);
    expect(await target.state.get('rules/1')).toEqual({ id: '1', plan: ['move'] });
    expect(((await target.state.get('dead-letters/by-id/x')) as { raw: string }).raw).toHaveLength(1_200_000);
    expect((await target.state.list('')).map(({ key }) => key)).toEqual([
      'dead-letters/by-id/x',
      stateKeyOf(deliveryKey),
      'rules/1',
      'short',
    ]);
    // Another gateway answers this delivery as the first did.
    expect(await target.state.get(stateKeyOf(deliveryKey))).toMatchObject({ id: deliveryId, done: true });

    // The old queue is kept, out of the way: nothing of it is worked on twice.
    await expect(access(join(dataDir, 'queue'))).rejects.toThrow();
    expect(await readdir(kept!)).toContain('engine.mdb');
  });

  it('goes on after an interruption, and carries nothing twice', async () => {
    const { dataDir, engine } = await prepare();
    const stopAt = (what: string) => ({
      dryRun: false,
      progress: (line: string) => {
        if (line.startsWith(what)) throw new Error('interrupted');
      },
    });
    await expect(migrate({ dataDir, engine }, stopAt('raw_event'))).rejects.toThrow('interrupted');
    await expect(migrate({ dataDir, engine }, stopAt('validation_error'))).rejects.toThrow('interrupted');
    const { carried } = await migrate({ dataDir, engine }, quiet);
    expect(carried).toContainEqual({ what: 'raw_event for pipeline', messages: 1201, events: 2405 });
    const target = await openTarget(engine);
    expect((await target.stats()).find(({ topic }) => topic === 'raw_event')).toMatchObject({
      published: 2408,
      groups: [{ pending: 2405 }],
    });
  });

  it('a dry run counts and changes nothing', async () => {
    const { dataDir, engine } = await prepare();
    const { carried, kept } = await migrate({ dataDir, engine }, { ...quiet, dryRun: true });
    expect(carried).toContainEqual({ what: 'raw_event for pipeline', messages: 1201, events: 2405 });
    expect(kept).toBeUndefined();
    expect(await (await openTarget(engine)).stats()).toEqual([]);
    await access(join(dataDir, 'queue', 'engine.mdb'));
  });

  it('refuses a prefix with other events, a running worker, and a folder without a queue', async () => {
    const { dataDir, engine } = await prepare();
    const target = await openTarget(engine);
    await target.state.put('mine', 1);
    await expect(migrate({ dataDir, engine }, quiet)).rejects.toMatchObject({ code: 'conflict' });
    await target.state.delete('mine');
    const fresh = { ...engine, prefix: freshPrefix() };
    const worker = await openTarget(fresh);
    await worker.consume('raw_event', 'pipeline', {}, async () => {});
    await expect(migrate({ dataDir, engine: fresh }, quiet)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('worker') as string,
    });
    await expect(migrate({ dataDir: join(dataDir, 'nothing'), engine }, quiet)).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});
