import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { discardMany } from '../../helpers/discard-many.ts';
import { type DeadLetterStore, createDeadLetters } from '../../../src/dead-letter/store.ts';
import { leasesOf } from '../../../src/engine/lease.ts';
import type { StateChange } from '../../../src/engine/engine.ts';
import type { UnrecoverableEvent } from '../../../src/model/event.ts';
import { Received, message, numbers, wait } from '../../conformance/engine/helpers.ts';
import { until } from '../../helpers/until.ts';
import { type NatsServer, noNatsServer, startNatsServer } from '../../helpers/nats-server.ts';
import { freshPrefix, open } from './support.ts';

const openIds = async (letters: DeadLetterStore): Promise<number> =>
  (await letters.list({ status: 'open' }, { limit: 100 })).items.length;

const spam = (id: string): UnrecoverableEvent => ({
  request_id: id,
  received_at: 1,
  source: 'shop',
  contract: 'transaction',
  version: '1.0.0',
  signature: 'abc',
  violations: [],
  raw: '{}',
  reason: 'spam',
  code: 'unrepairable',
  attempts: [],
});

describe.skipIf(noNatsServer !== undefined)('several processes on one NATS', () => {
  let server: NatsServer;
  beforeAll(async () => {
    server = await startNatsServer();
  });
  afterAll(() => server.stop());

  const three = async () => {
    const prefix = freshPrefix();
    return Promise.all(['a', 'b', 'c'].map((writer) => open(server, { prefix, writer })));
  };

  it('share a group: each message goes to one of them', async () => {
    const engines = await three();
    const logs = await Promise.all(
      engines.map(async (engine) => {
        const log = new Received({ pauseMs: 5 });
        await engine.consume('orders', 'loader', { maxEvents: 5 }, log.handler);
        return log;
      }),
    );
    const sent: string[] = [];
    const began = performance.now();
    // Each has a share sooner or later, however busy the machine is.
    while (sent.length < 300 || !logs.every(({ texts }) => texts.length > 0)) {
      expect(performance.now() - began).toBeLessThan(60_000);
      const one = String(sent.length);
      await engines[0]!.publish('orders', [message(one)]);
      sent.push(one);
    }
    await until(() => logs.reduce((sum, { texts }) => sum + texts.length, 0) >= sent.length);
    await wait(50);
    expect(logs.flatMap(({ texts }) => texts).toSorted()).toEqual(sent.toSorted());
  });

  // A request takes sixteen messages; newer servers say of each that it is complete, which must not be taken for a refusal.
  it('get many small messages without a pause between requests', async () => {
    const engine = await open(server);
    const all = numbers(3000);
    // One after the other, so that each is a message of its own also for the server.
    for (const one of all) await engine.publish('orders', [message(one)]);
    const log = new Received();
    await engine.consume('orders', 'loader', {}, log.handler);
    // With a pause after each request, they would take twenty-five seconds.
    await until(() => log.texts.length === all.length);
  });

  it('see what another writes, and list it in order', async () => {
    const [one, two] = await three();
    const changes: StateChange[] = [];
    two!.state.watch('rules/', (change) => changes.push(change));
    await two!.state.list('rules/');
    await one!.state.put('rules/b', 1);
    await one!.state.put('rules/a', 2);
    await until(() => changes.length === 2);
    expect(await two!.state.list('rules/')).toEqual([
      { key: 'rules/a', value: 2 },
      { key: 'rules/b', value: 1 },
    ]);
  });

  it('settle a dead letter once, of those who replay and discard it at the same time', async () => {
    const [one, two, last] = (await three()).map(({ state }) => createDeadLetters(state));
    const ids = numbers(40);
    await one!.keep(ids.map((id) => spam(id)));
    const discard = (letters: DeadLetterStore) =>
      discardMany(letters, { signature: 'abc' }, { reason: 'spam', asOf: new Date() });
    const listed = async () => (await Promise.all([two!, last!].map(openIds))).every((all) => all === 40);
    await until(listed);
    const [replays, ...discards] = await Promise.all([
      Promise.all(ids.toReversed().map((id) => one!.startReplay(id))),
      discard(two!),
      discard(last!),
    ]);
    const replaying = replays.filter(({ ok }) => ok).length;
    expect(replaying + discards.reduce((sum, { discarded }) => sum + discarded, 0)).toBe(40);
    await until(async () => (await openIds(last!)) === 0);
    const statuses = await Promise.all(ids.map(async (id) => (await last!.get(id))!.status));
    expect(statuses.filter((status) => status === 'replaying')).toHaveLength(replaying);
    expect(statuses.filter((status) => status === 'discarded')).toHaveLength(40 - replaying);
    // One entry of the index a letter, and not one that another left behind.
    expect(await one!.list({}, { limit: 100 })).toMatchObject({ items: { length: 40 } });
  });

  it('take a lease one at a time; one that is not renewed ends', async () => {
    const leases = (await three()).map(leasesOf);
    const taken = await Promise.all(leases.map((one) => one.take('cron', 2000)));
    const held = taken.filter((lease) => lease !== undefined);
    expect(held).toHaveLength(1);
    expect(await held[0]!.renew()).toBe(true);
    await until(async () => (await leases[0]!.take('cron', 60_000)) !== undefined);
    expect(await held[0]!.renew()).toBe(false);
  });

  it('answer each other; without anybody who answers, the call says so', async () => {
    const [one, two, last] = await three();
    await expect(one!.cluster!.calls.ask('pipeline', {}, 1000)).rejects.toMatchObject({ code: 'no_worker' });
    let answered = 0;
    for (const engine of [two!, last!])
      engine.cluster!.calls.serve('pipeline', async (question) => {
        answered++;
        return { question };
      });
    const large = 'x'.repeat(2_000_000);
    await until(async () =>
      one!.cluster!.calls.ask('pipeline', large, 15_000).then(
        (answer) => (answer as { question: string }).question === large,
        () => false,
      ),
    );
    expect(answered).toBe(1);
  });

  it('what a worker held when it died comes again, though what others settled behind it is trimmed', async () => {
    const prefix = freshPrefix();
    const engine = await open(server, { prefix, ackWaitMs: 4000 });
    // The group is made, and its first message given to one who says nothing any more.
    await (await engine.consume('orders', 'loader', {}, async () => {})).stop();
    await engine.publish('orders', [message('held by the dead')]);
    const nc = await connect({ servers: server.address });
    onTestFinished(() => nc.close());
    const consumer = await jetstream(nc).consumers.get(`${prefix}_t_orders`, 'g=loader');
    expect(await consumer.next({ expires: 1000 })).not.toBeNull();
    const log = new Received();
    await engine.consume('orders', 'loader', {}, log.handler);
    for (const one of numbers(20)) await engine.publish('orders', [message(one)]);
    await until(async () => log.texts.includes('held by the dead'));
    await until(async () => (await engine.stats())[0]?.bytes === 0);
    expect(log.texts.toSorted()).toEqual([...numbers(20), 'held by the dead']);
    expect(log.texts.at(-1)).toBe('held by the dead');
  });

  it('what a worker that stops has not settled goes to another at once', async () => {
    const prefix = freshPrefix();
    const [stuck, well] = [
      await open(server, { prefix, ackWaitMs: 60_000 }),
      await open(server, { prefix, ackWaitMs: 60_000 }),
    ];
    let begun = false;
    const consumer = await stuck.consume('orders', 'loader', { retry: 'hold' }, async () => {
      begun = true;
      throw new Error('the destination is not reached from here');
    });
    await stuck.publish('orders', [message('a')]);
    await until(() => begun);
    const log = new Received();
    await well.consume('orders', 'loader', {}, log.handler);
    await consumer.stop();
    await until(() => log.texts.includes('a'));
  });
});
