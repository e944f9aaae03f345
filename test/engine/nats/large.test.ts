import { randomBytes } from 'node:crypto';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { collect, text, wait } from '../../conformance/engine/helpers.ts';
import { until } from '../../helpers/until.ts';
import { type NatsServer, noNatsServer, startNatsServer } from '../../helpers/nats-server.ts';
import { freshPrefix, open } from './support.ts';

describe.skipIf(noNatsServer !== undefined)('what is larger than a message of NATS', () => {
  let server: NatsServer;
  beforeAll(async () => {
    server = await startNatsServer();
  });
  afterAll(() => server.stop());

  async function keptMessages(stream: string): Promise<number> {
    const nc = await connect({ servers: server.address });
    onTestFinished(() => nc.close());
    const { state } = await (await jetstreamManager(nc)).streams.info(stream);
    return state.messages;
  }

  it('is carried whole, in its place among the others, and leaves nothing behind', async () => {
    const prefix = freshPrefix();
    const engine = await open(server, { prefix });
    const large = randomBytes(3_500_000);
    await engine.publish('orders', [
      { body: Buffer.from('before') },
      { body: large, events: 7 },
      { body: Buffer.from('after') },
    ]);
    expect((await engine.stats())[0]).toMatchObject({ published: 9 });
    const seen = await collect(engine, 'orders', 'loader', 3);
    expect(text(seen[0]!)).toBe('before');
    expect(Buffer.compare(seen[1]!.body, large)).toBe(0);
    expect(seen[1]!.events).toBe(7);
    expect(text(seen[2]!)).toBe('after');
    await engine.consume('orders', 'loader', {}, async () => {}); // whoever consumes trims
    await until(async () => (await engine.stats())[0]?.bytes === 0);
    await until(async () => (await keptMessages(`${prefix}_large`)) === 0);
  });

  it('is found while it waits, and deferred for a retry like any other', async () => {
    const engine = await open(server);
    const large = Buffer.concat([Buffer.from('large'), randomBytes(1_500_000)]);
    await engine.publish('orders', [{ body: large }]);
    const tries: number[] = [];
    const retry = { maxAttempts: 5, initialDelayMs: 2000, maxDelayMs: 2000, factor: 1, jitter: 0 };
    await engine.consume('orders', 'loader', { retry }, async ([one]) => {
      tries.push(one!.attempt);
      expect(Buffer.compare(one!.body, large)).toBe(0);
      if (one!.attempt === 1) throw new Error('once');
    });
    await until(() => tries.length === 1);
    const found = await engine.findPending('orders', 'loader', ({ body }) =>
      Buffer.from(body.subarray(0, 5)).toString() === 'large' ? body.length : undefined,
    );
    expect(found).toBe(large.length);
    await until(() => tries.length === 2);
    expect(tries).toEqual([1, 2]);
  });

  it('may be a value of the state', async () => {
    const prefix = freshPrefix();
    const engine = await open(server, { prefix });
    const value = { letter: randomBytes(1_200_000).toString('base64') };
    await engine.state.put('letters/1', value);
    expect(await engine.state.get('letters/1')).toEqual(value);
    expect(await engine.state.list('letters/')).toEqual([{ key: 'letters/1', value }]);
    await engine.state.put('letters/1', 'short');
    expect(await engine.state.list('letters/')).toEqual([{ key: 'letters/1', value: 'short' }]);
  });

  it('is removed when another value replaces it, once the sweeper has begun', async () => {
    const prefix = freshPrefix();
    const engine = await open(server, { prefix });
    const value = 'x'.repeat(1_200_000);
    await until(async () => {
      const before = await keptMessages(`${prefix}_large`);
      await engine.state.put('letters/1', value);
      await engine.state.put('letters/1', 'short');
      await wait(100);
      return (await keptMessages(`${prefix}_large`)) === before;
    });
  });
});
