import { DiscardPolicy, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { expect, it, onTestFinished } from 'vitest';
import { message, text } from '../../conformance/engine/helpers.ts';
import { noNatsServer, startNatsServer } from '../../helpers/nats-server.ts';
import { until } from '../../helpers/until.ts';
import { open } from './support.ts';

it.skipIf(noNatsServer !== undefined)(
  'settings of a stream by which it loses messages are put back, and it is told',
  async () => {
    const server = await startNatsServer();
    onTestFinished(() => server.stop());
    const told: Record<string, string[]> = {};
    const engine = await open(server, {
      onSettingsAltered: (stream, settings) => void (told[stream] = settings),
    });
    await engine.publish('orders', [message('1')]);
    const nc = await connect({ servers: server.address });
    onTestFinished(() => nc.close());
    const { streams } = await jetstreamManager(nc);
    const names = (await streams.names().next()).toSorted();
    const [bucket, orders] = [/^KV_.*state/, /orders/].map((name) => names.find((each) => name.test(each))!);
    await streams.update(orders!, { discard: DiscardPolicy.Old, max_bytes: 200, max_msg_size: 10 });
    await streams.update(bucket!, { max_age: 1e12, max_msgs_per_subject: 5 });
    await until(() => told[orders!] !== undefined && told[bucket!] !== undefined);
    expect(told).toEqual({
      [orders!]: ['discard', 'max_msg_size'],
      [bucket!]: ['max_age', 'max_msgs_per_subject'],
    });
    const { config } = await streams.info(orders!);
    expect(config).toMatchObject({ discard: DiscardPolicy.New, max_msg_size: -1, max_bytes: 200 });
    const publishAll = async () => {
      for (let n = 0; n < 5; n++) await engine.publish('orders', [message('x'.repeat(90))]);
    };
    await expect(publishAll()).rejects.toMatchObject({ code: 'engine_full' });
  },
);

it.skipIf(noNatsServer !== undefined)(
  'when NATS comes back without its storage, streams, readers and state are made again, and it is told',
  async () => {
    const server = await startNatsServer();
    onTestFinished(() => server.stop());
    const lost: string[] = [];
    const engine = await open(server, { onStorageLost: (streams) => lost.push(...streams) });
    const seen: unknown[] = [];
    await engine.consume('orders', 'loader', {}, async (batch) => void seen.push(...batch.map(text)));
    const changes: [string, unknown][] = [];
    engine.state.watch('rules/', ({ key, value }) => changes.push([key, value]));
    for (let n = 0; n < 5; n++) await engine.publish('orders', [message(`before ${n}`)]);
    for (let n = 0; n < 5; n++) await engine.state.put('rules/a', n);
    await engine.state.put('rules/gone', true);
    await until(async () => seen.length === 5 && (await engine.state.list('rules/')).length === 2);

    await server.stop();
    const empty = await startNatsServer('', { port: Number(server.address.split(':')[1]) });
    onTestFinished(() => empty.stop());
    await until(() => lost.some((stream) => stream.startsWith('KV_')));
    await until(async () => (await engine.state.list('rules/')).length === 0);
    expect(changes).toContainEqual(['rules/gone', undefined]);

    await until(() =>
      engine.publish('orders', [message('after')]).then(
        () => true,
        () => false,
      ),
    );
    await until(() => seen.includes('after'));
    await engine.state.put('rules/a', 'new');
    expect(await engine.state.get('rules/a')).toBe('new');
    await until(async () => (await engine.state.list('rules/')).length === 1);
    await until(() => changes.some(([key, value]) => key === 'rules/a' && value === 'new'));
    const [orders] = (await engine.stats()).filter(({ topic }) => topic === 'orders');
    expect(orders).toMatchObject({ groups: [{ group: 'loader', pending: 0 }] });
  },
);
