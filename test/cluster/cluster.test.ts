import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { HttpReply } from '../../src/steps/step.ts';
import { unsafeCopies } from '../../src/engine/nats/server-version.ts';
import { natsVersion, noNatsServer } from '../helpers/nats-server.ts';
import { withoutPostgres } from '../helpers/postgres.ts';
import { type RunningSentinel, get, post, transaction, without } from '../helpers/sentinel.ts';
import { until } from '../helpers/until.ts';
import { type Load, startLoad } from './support/load.ts';
import type { NatsNode } from './support/nats-cluster.ts';
import { noIslands } from './support/network.ts';
import {
  type World,
  ackWaitMs,
  balance,
  balanced,
  counted,
  quiet,
  rawStream,
  stateStream,
  startWorld,
  statsOf,
} from './support/world.ts';

/** What takes a while: milliseconds for a machine that is busy. */
const timeout = 150_000;
/** Where servers lose what they have acknowledged, there is nothing of ours to test in their faults. */
const unsafe = unsafeCopies(natsVersion, 3);
const why = (reason: string | undefined) => (reason === undefined ? '' : `: ${reason}`);
const noCluster = noNatsServer ?? (withoutPostgres() ? 'PostgreSQL is not installed' : undefined);

describe.skipIf(noCluster !== undefined)(
  `a cluster of three NATS servers, two gateways, three workers and PostgreSQL${why(noCluster)}`,
  () => {
    it.runIf(process.env['CI'] === 'true')(
      'leaves out no fault in a pipeline: NATS_SERVER is new enough',
      () => {
        expect(unsafe).toBeUndefined();
      },
    );

    let world: World;
    let load: Load | undefined;
    beforeAll(async () => {
      world = await startWorld();
    }, timeout);
    afterAll(async () => {
      await load?.stop();
      await world.remove();
    }, timeout);

    const urls = () => world.gateways.map(({ url }) => url);
    const underLoad = async (trouble: () => Promise<void>, { before = 1500, after = 1500 } = {}) => {
      load ??= startLoad(urls);
      await sleep(before);
      await trouble();
      await sleep(after);
      const { accepted } = load.sent;
      await until(() => accepted.size > 20);
      await load.stop();
      const { sent } = load;
      load = undefined;
      everything.push(sent);
      await quiet(world);
      // Letters are looked at all together, those of earlier loads too.
      const ledger = await balanceInTheEnd({ ...sent, repeated: union('repeated') });
      expect(ledger).toMatchObject(balanced);
      return sent;
    };
    /** What a gateway lists follows within seconds, also when the server that told it has died. */
    const balanceInTheEnd = async (sent: Load['sent']) => {
      let ledger = await balance(world, sent);
      for (let look = 1; look < 10 && ledger.lost.length > 0; look++) {
        await sleep(1000);
        ledger = await balance(world, sent);
      }
      return ledger;
    };
    const everything: Load['sent'][] = [];
    const union = (which: 'accepted' | 'repeated') => new Set(everything.flatMap((sent) => [...sent[which]]));
    afterEach(({ task }) => {
      // What the processes said is the first thing to look at.
      if (task.result?.state === 'fail')
        for (const one of [...world.gateways, ...world.workers]) process.stderr.write(tail(one));
    });

    it(
      'takes events before any worker is up, and says what cannot be answered yet',
      { timeout },
      async () => {
        world.gateways = await Promise.all([world.gateway(), world.gateway()]);
        expect((await fetch(`${urls()[0]}/ready`)).status).toBe(200);
        expect((await post(`${urls()[0]}/ingest`, transaction())).status).toBe(202);
        expect(await get(`${urls()[1]}/api/v1/contracts`)).toHaveProperty('items.0.name');
        const stats = await fetch(`${urls()[1]}/api/v1/stats`);
        expect(stats.status).toBe(503);
        expect(stats.headers.get('retry-after')).toBe('1');
        expect(await stats.json()).toMatchObject({ code: 'no_worker' });

        world.workers = await Promise.all([world.worker(), world.worker(), world.worker('special')]);
        await quiet(world);
        expect(await statsOf(urls()[0]!)).toMatchObject({ accepted: 1, loaded: 1 });
        for (const { url } of world.workers) {
          expect((await fetch(`${url}/ready`)).status).toBe(200);
          expect((await fetch(`${url}/metrics`)).status).toBe(200);
          expect((await post(`${url}/ingest`, transaction())).status).toBe(404);
        }
      },
    );

    it('shares the events among the workers', { timeout }, async () => {
      const all = async () =>
        Promise.all(world.workers.map(({ url }) => counted(url, 'loaded'))).then((loaded) =>
          loaded.every((n) => n > 0),
        );
      await underLoad(() => until(all), { before: 0, after: 0 });
    });

    it(
      '1,000 equal failures cost one call to the model, and its rule repairs on every worker within a second',
      { timeout },
      async () => {
        world.openai.delayMs = 300;
        const drifted = () => without(transaction({ kwix: '12.50', source: 'drifting' }), 'amount');
        const ingestMany = async (requests: number, each: number) => {
          await Promise.all(
            Array.from({ length: requests }, async (_, n) => {
              const response = await post(
                `${urls()[n % 2]}/ingest/drifting`,
                Array.from({ length: each }, drifted),
              );
              expect(response.status).toBe(202);
            }),
          );
        };
        await ingestMany(50, 20);
        await until(
          async () =>
            (await get<{ items: unknown[] }>(`${urls()[0]}/api/v1/rules?source=drifting`)).items.length === 1,
          20_000,
        );
        await sleep(1000);
        const calls = () => world.openai.requests.filter(({ text }) => text.includes('kwix')).length;
        expect(calls()).toBe(1);
        await quiet(world);
        expect(calls()).toBe(1);
        const repaired = () =>
          world.postgres.run(
            `SELECT count(*)::int AS n FROM transaction WHERE _source = 'drifting' AND _repaired`,
          );
        expect(await repaired()).toEqual([{ n: 1000 }]);

        const before = await perWorker();
        let sent = 1000;
        // Until each worker has had some of them.
        await until(async () => {
          await ingestMany(60, 5);
          sent += 300;
          await quiet(world);
          return (await perWorker()).every(({ repaired: now }, at) => now > before[at]!.repaired);
        }, 60_000);
        expect(await repaired()).toEqual([{ n: sent }]);
        // Repaired in passing, by the rule; nothing had to go to the healers.
        expect((await perWorker()).map(({ invalid }) => invalid)).toEqual(
          before.map(({ invalid }) => invalid),
        );
        world.openai.delayMs = 0;
      },
    );

    const perWorker = () =>
      Promise.all(
        world.workers.map(async ({ url }) => ({
          invalid: await counted(url, 'invalid'),
          repaired: await counted(url, 'repaired'),
        })),
      );

    it(
      'runs a scheduled step once for each time, and a bound step where its label is',
      { timeout },
      async () => {
        const ticks = () =>
          world.workers.flatMap((worker) =>
            worker.log().flatMap(({ tick }) => (typeof tick === 'number' ? [tick] : [])),
          );
        await until(() => ticks().length >= 5);
        // Each time that was due has left a mark. Another may run between the two looks.
        const before = ticks().length;
        const due = await world.nats.countSubjects(stateStream, `$KV.test_state.cron.tick.>`);
        expect(due).toBeGreaterThanOrEqual(before);
        await until(() => ticks().length >= due);
        const response = await post(`${urls()[1]}/bound`, { n: 1 });
        expect(response.status).toBe(200);
        expect(await response.json()).toMatchObject({ sent: { n: 1 } } satisfies HttpReply['body']);
        const pids = world.workers.map((worker) => worker.log()[0]!['pid']);
        expect(((await (await post(`${urls()[0]}/bound`, {})).json()) as { pid: number }).pid).toBe(pids[2]);
      },
    );

    it('a pause holds on every worker, and over a restart', { timeout }, async () => {
      const pause = (action: string) =>
        fetch(`${urls()[0]}/api/v1/consumers/raw_event/pipeline/${action}`, {
          method: 'POST',
          signal: AbortSignal.timeout(60_000),
        });
      expect((await pause('pause')).status).toBe(200);
      await sleep(1000);
      await world.workers[0]!.kill('SIGTERM');
      await world.workers[0]!.restart();
      for (let n = 0; n < 10; n++)
        expect((await post(`${urls()[0]}/ingest`, transaction())).status).toBe(202);
      const isPending = async () => (await statsOf(urls()[0]!)).pending === 10;
      await until(isPending);
      await sleep(500);
      expect(await isPending()).toBe(true);
      expect((await pause('resume')).status).toBe(200);
      await quiet(world);
    });

    it('survives kill -9 of a worker', { timeout }, async () => {
      await underLoad(() => world.workers[0]!.kill('SIGKILL').then(() => undefined));
      await world.workers[0]!.restart();
    });

    it('survives kill -9 of a gateway', { timeout }, async () => {
      await underLoad(() => world.gateways[1]!.kill('SIGKILL').then(() => undefined));
      await world.gateways[1]!.restart();
    });

    it.skipIf(unsafe !== undefined)(
      `survives kill -9 of the server that leads the stream${why(unsafe)}`,
      { timeout },
      async () => {
        const leader = await world.nats.leaderOf(rawStream);
        await underLoad(() => leader.kill('SIGKILL'), { after: 6000 });
        await leader.start();
        await world.nats.whole(rawStream);
      },
    );

    it(
      'survives a worker that is stopped for longer than the ack wait, and comes back',
      { timeout },
      async () => {
        await underLoad(async () => {
          void world.workers[1]!.kill('SIGSTOP');
          await sleep(ackWaitMs * 1.75);
          void world.workers[1]!.kill('SIGCONT');
        });
      },
    );

    it.skipIf(unsafe !== undefined)(
      `survives a NATS server that is stopped for longer than the ack wait, and comes back${why(unsafe)}`,
      { timeout },
      async () => {
        const leader = await world.nats.leaderOf(rawStream);
        await underLoad(async () => {
          await leader.kill('SIGSTOP');
          await sleep(ackWaitMs * 1.75);
          await leader.kill('SIGCONT');
        });
        await world.nats.whole(rawStream);
      },
    );

    it.skipIf(unsafe !== undefined)(
      `answers 503 while most NATS servers are gone, and goes on when they are back${why(unsafe)}`,
      { timeout },
      async () => {
        const [one, two] = world.nats.nodes as [NatsNode, NatsNode];
        await underLoad(async () => {
          await Promise.all([one.kill('SIGKILL'), two.kill('SIGKILL')]);
          const refused = await post(`${urls()[0]}/ingest`, transaction());
          expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
          await Promise.all([one.start(), two.start()]);
          await world.nats.whole(rawStream);
        });
      },
    );

    it('survives a restart of PostgreSQL', { timeout }, async () => {
      await underLoad(async () => {
        await world.postgres.stop('SIGINT');
        await sleep(1500);
        await world.postgres.start();
      });
    });

    const noCut = noIslands() ?? unsafe;
    it.skipIf(noCut !== undefined)(
      `survives a NATS server that is cut off from the others${why(noCut)}`,
      { timeout },
      async () => {
        await underLoad(async () => {
          world.island!.cut();
          await sleep(ackWaitMs * 1.75);
          world.island!.mend();
        });
        await world.nats.whole(rawStream);
      },
    );

    it('has lost nothing and made nothing twice, over all of it', { timeout }, async () => {
      const all = { accepted: union('accepted'), repeated: union('repeated'), refusals: 0 };
      expect(await balanceInTheEnd(all)).toMatchObject(balanced);
    });
  },
);

/** The end of a process' log. */
function tail(one: RunningSentinel): string {
  const lines = one.log();
  const troubles = lines.filter(({ level }) => level !== 'info').slice(-10);
  return `--- ${one.url}\n${[...troubles, ...lines.slice(-8)]
    .map((line) => JSON.stringify(line).slice(0, 600))
    .join('\n')}\n`;
}
