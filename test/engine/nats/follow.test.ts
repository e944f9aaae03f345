import type { ConsumerAPI, JetStreamManager } from '@nats-io/jetstream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Link, openLink } from '../../../src/engine/nats/connection.ts';
import { follow } from '../../../src/engine/nats/follow.ts';
import { until } from '../../helpers/until.ts';
import { noNatsServer, startNatsServer } from '../../helpers/nats-server.ts';

async function streamOf(...texts: string[]): Promise<Link> {
  const server = await startNatsServer();
  onTestFinished(() => server.stop());
  const link = await openLink({ servers: [server.address] }, 'test', {});
  onTestFinished(() => link.nc.close());
  await link.jsm.streams.add({ name: 'orders', subjects: ['orders'] });
  for (const text of texts) await link.js.publish('orders', text);
  return link;
}

/** The same, where something happens between the making of a reader and its first message. */
function withPause(link: Link, between: () => Promise<unknown>): Link {
  const add: ConsumerAPI['add'] = async (...args) => {
    const made = await link.jsm.consumers.add(...args);
    await between();
    return made;
  };
  const consumers = Object.create(link.jsm.consumers, { add: { value: add } }) as ConsumerAPI;
  return { ...link, jsm: Object.create(link.jsm, { consumers: { value: consumers } }) as JetStreamManager };
}

describe.skipIf(noNatsServer !== undefined)('following a stream', () => {
  it('has caught up when all that was there has been seen, and goes on', async () => {
    const link = await streamOf('one', 'two');
    const seen: string[] = [];
    const follower = await follow(link, 'orders', {}, ({ data }) => seen.push(Buffer.from(data).toString()));
    onTestFinished(() => follower.stop());
    await follower.caughtUp;
    expect(seen).toEqual(['one', 'two']);
    await link.js.publish('orders', 'three');
    await until(() => seen.length === 3);
  });

  it('has caught up, too, when what was there is deleted before it comes', async () => {
    const link = await streamOf('one', 'two');
    const trimmed = withPause(link, () => link.jsm.streams.purge('orders'));
    const follower = await follow(trimmed, 'orders', {}, () => undefined);
    onTestFinished(() => follower.stop());
    await follower.caughtUp;
  });
});
