import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type {
  ConsumeOptions,
  Delivery,
  Engine,
  GroupStats,
  Handler,
  RetryPolicy,
  StateChange,
  TopicStats,
  Unsettled,
} from '../../src/engine/engine.ts';

/** An engine under test. `reopen` closes it and opens another on the same data. */
export interface EngineUnderTest {
  engine: Engine;
  reopen(): Promise<Engine>;
  cleanup(): Promise<void>;
}

/** What every engine must do; call it from the engine's own test file. `open` gives an engine without data. */
export function engineConformance(name: string, open: () => Promise<EngineUnderTest>): void {
  describe(`${name}: the engine port`, () => {
    let subject: EngineUnderTest;
    let engine: Engine;
    const reopen = async (): Promise<void> => {
      engine = await subject.reopen();
    };
    beforeEach(async () => {
      subject = await open();
      engine = subject.engine;
    });
    afterEach(() => subject.cleanup());

    const publish = (topic: string, ...texts: string[]) => engine.publish(topic, texts.map(message));

    describe('topics', () => {
      it('delivers what was published, whole and in order within a partition', async () => {
        const sent = numbers(500);
        for (let i = 0; i < sent.length; i += 50) await publish('orders', ...sent.slice(i, i + 50));
        const seen = await collect(engine, 'orders', 'loader', sent.length);
        expect(seen.map(text)).toEqual(sent);
        expectGrowingOffsets(seen);
      });

      it('loses nothing when many publish at the same time', async () => {
        const sent = numbers(300);
        const receiving = collect(engine, 'orders', 'loader', sent.length);
        await Promise.all(sent.map((one) => publish('orders', one)));
        expect((await receiving).map(text).toSorted()).toEqual(sent.toSorted());
      });

      it('carries any bytes: empty, binary, a megabyte', async () => {
        const bodies = [Buffer.alloc(0), Buffer.from([0, 255, 254, 10, 13]), Buffer.alloc(1024 * 900, 7)];
        await engine.publish(
          'orders',
          bodies.map((body) => ({ body })),
        );
        const seen = await collect(engine, 'orders', 'loader', bodies.length);
        expect(seen.map(({ body }, i) => Buffer.compare(body, bodies[i]!))).toEqual([0, 0, 0]);
      });

      it('takes an empty publish', async () => {
        await expect(engine.publish('orders', [])).resolves.toBeUndefined();
      });

      it('keeps topics apart', async () => {
        await publish('orders', 'an order');
        await publish('payments', 'a payment');
        expect((await collect(engine, 'payments', 'loader', 1)).map(text)).toEqual(['a payment']);
        expect((await collect(engine, 'orders', 'loader', 1)).map(text)).toEqual(['an order']);
      });

      it('gives every group every message', async () => {
        await publish('orders', 'a', 'b');
        const [loader, audit] = await Promise.all([
          collect(engine, 'orders', 'loader', 3),
          collect(engine, 'orders', 'audit', 3),
          publish('orders', 'c'),
        ]);
        expect(loader.map(text)).toEqual(['a', 'b', 'c']);
        expect(audit.map(text)).toEqual(['a', 'b', 'c']);
      });

      it('wakes a consumer that waits', async () => {
        const log = new Received();
        await engine.consume('orders', 'loader', {}, log.handler);
        await publish('orders', 'first');
        await until(() => log.texts.length === 1);
        await publish('orders', 'second');
        await until(() => log.texts.length === 2);
        expect(log.texts).toEqual(['first', 'second']);
      });
    });

    describe('batches', () => {
      it('stay within maxEvents, counting the events of each message', async () => {
        await engine.publish(
          'orders',
          numbers(30).map((one) => ({ body: Buffer.from(one), events: 3 })),
        );
        const log = new Received();
        await engine.consume('orders', 'loader', { maxEvents: 10 }, log.handler);
        await until(() => log.texts.length === 30);
        for (const batch of log.batches) expect(batch.length * 3).toBeLessThanOrEqual(10);
      });

      it('stay within maxBytes', async () => {
        await engine.publish(
          'orders',
          numbers(30).map(() => ({ body: Buffer.alloc(400) })),
        );
        const log = new Received();
        await engine.consume('orders', 'loader', { maxBytes: 1000 }, log.handler);
        await until(() => log.texts.length === 30);
        for (const batch of log.batches) expect(batch.length).toBeLessThanOrEqual(2);
      });

      it('a message larger than the limits comes alone', async () => {
        await engine.publish('orders', [
          message('small'),
          { body: Buffer.from('large'), events: 50 },
          message('small too'),
        ]);
        const log = new Received();
        await engine.consume('orders', 'loader', { maxEvents: 10 }, log.handler);
        await until(() => log.texts.length === 3);
        expect(log.batches.find((batch) => batch.includes('large'))).toEqual(['large']);
      });

      it('are handled one at a time by default', async () => {
        await publish('orders', ...numbers(40));
        const log = new Received({ pauseMs: 5 });
        await engine.consume('orders', 'loader', { maxEvents: 4 }, log.handler);
        await until(() => log.texts.length === 40);
        expect(log.mostAtOnce).toBe(1);
      });

      it('overlap up to inFlight', async () => {
        await publish('orders', ...numbers(40));
        const log = new Received({ pauseMs: 20 });
        await engine.consume('orders', 'loader', { maxEvents: 4, inFlight: 3 }, log.handler);
        await until(() => log.texts.length === 40);
        expect(log.mostAtOnce).toBe(3);
      });

      it('in flight together still settle in order: what follows an unfinished batch comes again', async () => {
        await publish('orders', 'slow', 'quick');
        const seen: string[] = [];
        await engine.consume(
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
        expect((await collect(engine, 'orders', 'loader', 1)).map(text)[0]).toBe('slow');
      });
    });

    describe('positions', () => {
      it('survive a restart: what is settled does not come again', async () => {
        await publish('orders', ...numbers(20));
        await collect(engine, 'orders', 'loader', 20);
        await reopen();
        await publish('orders', 'after');
        expect((await collect(engine, 'orders', 'loader', 1)).map(text)).toEqual(['after']);
      });

      it('do not move past what is not settled', async () => {
        await publish('orders', 'a', 'b');
        const log = new Received({ fail: () => new Error('down') });
        await engine.consume('orders', 'loader', { retry: 'hold' }, log.handler);
        await until(() => log.texts.length >= 2);
        await reopen();
        expect((await collect(engine, 'orders', 'loader', 2)).map(text)).toEqual(['a', 'b']);
      });

      it('are kept while nobody consumes: a group finds what was published in its absence', async () => {
        await publish('orders', 'before');
        const consumer = await engine.consume('orders', 'loader', {}, async () => {});
        await settled('orders', 'loader');
        await consumer.stop();
        await publish('orders', 'absent');
        expect((await collect(engine, 'orders', 'loader', 1)).map(text)).toEqual(['absent']);
      });

      it('grow over a restart too', async () => {
        await publish('orders', 'a');
        const [before] = await collect(engine, 'orders', 'loader', 1);
        await reopen();
        await publish('orders', 'b');
        const [after] = await collect(engine, 'orders', 'loader', 1);
        expectGrowingOffsets([before!, after!]);
      });
    });

    describe('failures', () => {
      it('only what the handler names comes again', async () => {
        await publish('orders', 'a', 'b', 'c');
        const tries = new Map<string, number[]>();
        await engine.consume('orders', 'loader', { retry: quick }, async (batch) => {
          for (const one of batch) tries.set(text(one), [...(tries.get(text(one)) ?? []), one.attempt]);
          return batch.flatMap((one, index) =>
            text(one) === 'b' && one.attempt < 3 ? [{ index, error: new Error('flaky') }] : [],
          );
        });
        await until(() => tries.get('b')?.length === 3);
        await settled('orders', 'loader');
        expect(Object.fromEntries(tries)).toEqual({ a: [1], b: [1, 2, 3], c: [1] });
      });

      it('others go on while one waits for its retry', async () => {
        await publish('orders', 'bad', 'good');
        const log = new Received({ fail: (one) => (one === 'bad' ? new Error('later') : undefined) });
        const slow = { ...quick, initialDelayMs: 60_000, maxDelayMs: 60_000 };
        await engine.consume('orders', 'loader', { maxEvents: 1, retry: slow }, log.handler);
        await until(() => log.texts.includes('good'));
        await publish('orders', 'better');
        await until(() => log.texts.includes('better'));
        await untilGroup('orders', 'loader', { pending: 1, waiting: 1 });
      });

      it('a handler that throws fails its whole batch', async () => {
        await publish('orders', 'a', 'b');
        const log = new Received({
          fail: (_one, attempt) => (attempt === 1 ? new Error('once') : undefined),
        });
        await engine.consume('orders', 'loader', { retry: quick }, log.handler);
        await until(() => log.texts.length === 4);
        await settled('orders', 'loader');
        expect(log.texts.toSorted()).toEqual(['a', 'a', 'b', 'b']);
      });

      it('waits longer after each try', async () => {
        await publish('orders', 'bad');
        const at: number[] = [];
        const policy = { maxAttempts: 4, initialDelayMs: 60, maxDelayMs: 1000, factor: 3, jitter: 0 };
        await engine.consume('orders', 'loader', { retry: policy }, async () => {
          at.push(performance.now());
          throw new Error('still bad');
        });
        await until(() => at.length === 4);
        expect(at[1]! - at[0]!).toBeGreaterThanOrEqual(50);
        expect(at[2]! - at[1]!).toBeGreaterThanOrEqual(170);
        expect(at[3]! - at[2]!).toBeGreaterThanOrEqual(530);
      });

      it('reports each failed try', async () => {
        await publish('orders', 'bad');
        const reports: { attempt: number; events: number; error: unknown }[] = [];
        const error = new Error('broken');
        await engine.consume(
          'orders',
          'loader',
          { retry: { ...quick, maxAttempts: 2 }, onFailure: (failure) => reports.push(failure) },
          async () => {
            throw error;
          },
        );
        await until(() => reports.length === 2);
        expect(reports).toMatchObject([
          { attempt: 1, events: 1, error },
          { attempt: 2, events: 1, error },
        ]);
      });

      it('gives up after maxAttempts, and says so before it settles', async () => {
        await publish('orders', 'bad', 'good');
        const log = new Received({ fail: (one) => (one === 'bad' ? new Error('never') : undefined) });
        const exhausted: [string, number, unknown][] = [];
        await engine.consume(
          'orders',
          'loader',
          {
            maxEvents: 1,
            retry: { ...quick, maxAttempts: 3 },
            onExhausted: async (delivery, error) =>
              void exhausted.push([text(delivery), delivery.attempt, error]),
          },
          log.handler,
        );
        await until(() => exhausted.length === 1);
        await settled('orders', 'loader');
        expect(log.texts.filter((one) => one === 'bad')).toHaveLength(3);
        expect(exhausted).toEqual([['bad', 3, new Error('never')]]);
      });

      it('does not try again what says that it cannot succeed', async () => {
        await publish('orders', 'bad');
        const hopeless = Object.assign(new Error('wrong'), { retryable: false });
        const log = new Received({ fail: () => hopeless });
        const exhausted: unknown[] = [];
        const onExhausted = async (_: Delivery, error: unknown): Promise<void> => void exhausted.push(error);
        await engine.consume('orders', 'loader', { retry: quick, onExhausted }, log.handler);
        await until(() => exhausted.length === 1);
        await settled('orders', 'loader');
        expect(log.texts).toEqual(['bad']);
        expect(exhausted).toEqual([hopeless]);
      });

      it('does not lose a delivery when onExhausted fails', async () => {
        await publish('orders', 'bad');
        let calls = 0;
        const options: ConsumeOptions = {
          retry: { ...quick, maxAttempts: 1 },
          onExhausted: async () => {
            calls += 1;
            if (calls < 3) throw new Error('the dead letters are down');
          },
        };
        await engine.consume('orders', 'loader', options, async () => {
          throw new Error('bad');
        });
        await until(() => calls === 3);
        await settled('orders', 'loader');
        expect(calls).toBe(3);
      });

      it('a deferral comes back after its time and does not count as a try', async () => {
        await publish('orders', 'early');
        const tries: { attempt: number; at: number }[] = [];
        await engine.consume('orders', 'loader', { retry: { ...quick, maxAttempts: 2 } }, async ([one]) => {
          tries.push({ attempt: one!.attempt, at: performance.now() });
          return tries.length <= 3 ? [{ index: 0, deferMs: 100 }] : [];
        });
        await until(() => tries.length === 4);
        await settled('orders', 'loader');
        expect(tries.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1]);
        expect(tries[1]!.at - tries[0]!.at).toBeGreaterThanOrEqual(90);
      });

      it('retries survive a restart, with their count', async () => {
        await publish('orders', 'bad');
        const log = new Received({ fail: () => new Error('down') });
        const later = { ...quick, initialDelayMs: 400, maxDelayMs: 400, maxAttempts: 10 };
        await engine.consume('orders', 'loader', { retry: later }, log.handler);
        await untilGroup('orders', 'loader', { pending: 1, waiting: 1 });
        await reopen();
        const [again] = await collect(engine, 'orders', 'loader', 1);
        expect(text(again!)).toBe('bad');
        expect(again!.attempt).toBeGreaterThanOrEqual(2);
      });

      it('a handler that names a delivery which is not there settles nothing', async () => {
        await publish('orders', 'a');
        let calls = 0;
        await engine.consume('orders', 'loader', { retry: quick }, async () => {
          calls += 1;
          return calls === 1 ? [{ index: 7, error: new Error('?') }] : [];
        });
        await until(() => calls === 2);
        await settled('orders', 'loader');
      });
    });

    describe('whatever a handler does', () => {
      const outcome = fc.constantFrom('settle', 'fail', 'defer', 'throw');
      const run = fc.record({
        // What becomes of each message, try by try; then it is settled.
        plans: fc.array(fc.array(outcome, { maxLength: 3 }), { minLength: 1, maxLength: 40 }),
        maxEvents: fc.integer({ min: 1, max: 10 }),
        inFlight: fc.integer({ min: 1, max: 3 }),
        hold: fc.boolean(),
        restart: fc.boolean(),
      });
      let runs = 0;

      it('every message is settled in the end, none is left behind, none is forgotten', async () => {
        await fc.assert(
          fc.asyncProperty(run, async ({ plans, maxEvents, inFlight, hold, restart }) => {
            const topic = `orders-${runs++}`;
            const tries = plans.map(() => 0);
            const done = new Set<number>();
            const options: ConsumeOptions = {
              maxEvents,
              inFlight,
              retry: hold ? 'hold' : { ...quick, maxAttempts: 99 },
            };
            const handle: Handler = async (batch) => {
              const ids = batch.map((one) => Number(text(one)));
              const outcomes = ids.map((id) => plans[id]?.[tries[id]!++] ?? 'settle');
              await wait(outcomes.length % 3);
              if (outcomes.includes('throw')) throw new Error('thrown');
              return outcomes.flatMap((one, index): Unsettled[] => {
                if (one === 'fail') return [{ index, error: new Error('failed') }];
                if (one === 'defer') return [{ index, deferMs: 5 }];
                done.add(ids[index]!);
                return [];
              });
            };
            await engine.consume(topic, 'loader', options, handle);
            await publish(topic, ...plans.map((_, id) => String(id)));
            if (restart) {
              await reopen();
              await engine.consume(topic, 'loader', options, handle);
            }
            await settled(topic, 'loader');
            expect(done.size).toBe(plans.length);
          }),
          { numRuns: 10 },
        );
      });
    });

    describe("retry: 'hold'", () => {
      it('tries the batch again in place; nothing behind it overtakes', async () => {
        await publish('orders', 'first', 'second', 'third');
        const log = new Received({
          fail: (one, attempt) => (one === 'first' && attempt < 3 ? new Error('down') : undefined),
        });
        await engine.consume('orders', 'loader', { maxEvents: 1, retry: 'hold' }, log.handler);
        await until(() => log.texts.includes('third'));
        expect(log.texts).toEqual(['first', 'first', 'first', 'second', 'third']);
      });

      it('hands over again only what is not settled', async () => {
        await publish('orders', 'a', 'b', 'c');
        const batches: string[][] = [];
        await engine.consume('orders', 'loader', { retry: 'hold' }, async (batch) => {
          batches.push(batch.map((one) => `${text(one)}${one.attempt}`));
          return batch.flatMap((one, index) =>
            text(one) === 'b' && one.attempt === 1 ? [{ index, error: new Error('down') }] : [],
          );
        });
        await settled('orders', 'loader');
        expect(batches.flat()).toEqual(['a1', 'b1', 'c1', 'b2']);
      });

      it('never gives up, not even on an error that is not retryable', async () => {
        await publish('orders', 'bad');
        let calls = 0;
        const onExhausted = async (): Promise<void> => expect.unreachable('hold has no end');
        await engine.consume('orders', 'loader', { retry: 'hold', onExhausted }, async () => {
          calls += 1;
          if (calls < 3) throw Object.assign(new Error('wrong'), { retryable: false });
        });
        await settled('orders', 'loader');
        expect(calls).toBe(3);
      });

      it('stops at once, without waiting for the next try', async () => {
        await publish('orders', 'bad');
        const log = new Received({ fail: () => new Error('down') });
        const consumer = await engine.consume('orders', 'loader', { retry: 'hold' }, log.handler);
        await until(() => log.texts.length >= 4); // the next delay is more than half a second
        const start = performance.now();
        await consumer.stop();
        expect(performance.now() - start).toBeLessThan(500);
        expect((await collect(engine, 'orders', 'loader', 1)).map(text)).toEqual(['bad']);
      });
    });

    describe('stop and close', () => {
      it('stop lets the running batch finish and takes no more', async () => {
        await publish('orders', ...numbers(10));
        const log = new Received({ pauseMs: 50 });
        const consumer = await engine.consume('orders', 'loader', { maxEvents: 2 }, log.handler);
        await until(() => log.running === 1);
        await consumer.stop();
        expect(log.running).toBe(0);
        const done = log.texts.length;
        expect(done).toBeLessThan(10);
        const rest = await collect(engine, 'orders', 'loader', 10 - done);
        expect([...log.texts, ...rest.map(text)]).toEqual(numbers(10));
      });

      it('a handler may publish and write state while its consumer stops', async () => {
        await publish('orders', 'a');
        const begun = signal();
        const go = signal();
        const consumer = await engine.consume('orders', 'loader', {}, async () => {
          begun.give();
          await go.given;
          await publish('payments', 'from the handler');
          await engine.state.put('done', true);
        });
        await begun.given;
        const stopped = consumer.stop();
        go.give();
        await stopped;
        expect(await engine.state.get('done')).toBe(true);
        expect((await collect(engine, 'payments', 'loader', 1)).map(text)).toEqual(['from the handler']);
      });

      it('close finishes the running batches and settles them', async () => {
        await publish('orders', 'a', 'b');
        const log = new Received({ pauseMs: 50 });
        await engine.consume('orders', 'loader', { maxEvents: 1 }, log.handler);
        await until(() => log.running === 1);
        await reopen();
        expect(log.running).toBe(0);
        const rest = await collect(engine, 'orders', 'loader', 2 - log.texts.length);
        expect([...log.texts, ...rest.map(text)]).toEqual(['a', 'b']);
      });

      it('a closed engine refuses everything with engine_closed', async () => {
        await engine.close();
        const closed = { code: 'engine_closed' };
        await expect(publish('orders', 'a')).rejects.toMatchObject(closed);
        await expect(engine.consume('orders', 'loader', {}, async () => {})).rejects.toMatchObject(closed);
        await expect(engine.state.get('key')).rejects.toMatchObject(closed);
        await expect(engine.state.put('key', 1)).rejects.toMatchObject(closed);
        await expect(engine.stats()).rejects.toMatchObject(closed);
        await expect(engine.removeGroup('orders', 'loader')).rejects.toMatchObject(closed);
        await expect(engine.close()).resolves.toBeUndefined();
      });
    });

    describe('groups', () => {
      it('removeGroup forgets the position and the retries', async () => {
        await publish('orders', 'a');
        const log = new Received({ fail: () => new Error('down') });
        const later = { ...quick, initialDelayMs: 60_000, maxDelayMs: 60_000 };
        const consumer = await engine.consume('orders', 'loader', { retry: later }, log.handler);
        await untilGroup('orders', 'loader', { waiting: 1 });
        await consumer.stop();
        await engine.removeGroup('orders', 'loader');
        expect(await groupStats('orders', 'loader')).toBeUndefined();
        await publish('orders', 'b');
        // Whether the topic still keeps "a" is up to the engine: no group held it any more.
        const seen = new Received();
        await engine.consume('orders', 'loader', {}, seen.handler);
        await until(() => seen.texts.includes('b'));
      });

      it('removing a group that does not exist is no error', async () => {
        await expect(engine.removeGroup('orders', 'nobody')).resolves.toBeUndefined();
      });

      it('a group that is consumed is not consumed twice by the same engine', async () => {
        await engine.consume('orders', 'loader', {}, async () => {});
        await expect(engine.consume('orders', 'loader', {}, async () => {})).rejects.toMatchObject({
          code: 'conflict',
        });
      });

      it('can be consumed again after a stop', async () => {
        const consumer = await engine.consume('orders', 'loader', {}, async () => {});
        await consumer.stop();
        await publish('orders', 'a');
        expect((await collect(engine, 'orders', 'loader', 1)).map(text)).toEqual(['a']);
      });
    });

    describe('findPending', () => {
      const textIf = (wanted: string) => (one: { body: Uint8Array }) =>
        text(one) === wanted ? text(one) : undefined;

      it('finds what is not settled, new or set aside, and nothing else', async () => {
        await publish('orders', 'settled', 'set aside');
        const log = new Received({ fail: (one) => (one === 'set aside' ? new Error('later') : undefined) });
        const later = { ...quick, initialDelayMs: 60_000, maxDelayMs: 60_000 };
        const consumer = await engine.consume(
          'orders',
          'loader',
          { maxEvents: 1, retry: later },
          log.handler,
        );
        await untilGroup('orders', 'loader', { pending: 1, waiting: 1 });
        await consumer.stop();
        await publish('orders', 'new');
        expect(await engine.findPending('orders', 'loader', textIf('new'))).toBe('new');
        expect(await engine.findPending('orders', 'loader', textIf('set aside'))).toBe('set aside');
        expect(await engine.findPending('orders', 'loader', textIf('settled'))).toBeUndefined();
        await untilGroup('orders', 'loader', { pending: 2, waiting: 1 });
      });
    });

    describe('stats', () => {
      it('count what was published, what is kept, and what waits for each group', async () => {
        await engine.publish('orders', [
          { body: Buffer.alloc(100), events: 10 },
          { body: Buffer.alloc(50), events: 5 },
        ]);
        const before = await topicStats('orders');
        expect(before).toMatchObject({ topic: 'orders', published: 15, groups: [] });
        expect(before!.bytes).toBeGreaterThanOrEqual(150);

        const consumer = await engine.consume('orders', 'loader', {}, async () => {});
        await untilGroup('orders', 'loader', { pending: 0, waiting: 0 });
        await consumer.stop();
        await publish('orders', 'another');
        await untilGroup('orders', 'loader', { pending: 1, waiting: 0 });
        expect(await topicStats('orders')).toMatchObject({ published: 16 });
      });

      it('are the same after a restart', async () => {
        await engine.publish('orders', [{ body: Buffer.alloc(100), events: 10 }]);
        await collect(engine, 'orders', 'loader', 1);
        await publish('orders', 'waits');
        await untilGroup('orders', 'loader', { pending: 1, waiting: 0 });
        await reopen();
        await untilGroup('orders', 'loader', { pending: 1, waiting: 0 });
        expect(await topicStats('orders')).toMatchObject({ published: 11 });
      });

      it('what all groups have settled takes no room', async () => {
        await engine.publish(
          'orders',
          numbers(20).map(() => ({ body: Buffer.alloc(1000) })),
        );
        await collect(engine, 'orders', 'loader', 20);
        await until(async () => (await topicStats('orders'))?.bytes === 0);
      });
    });

    describe('state', () => {
      it('keeps JSON values', async () => {
        const values = [null, true, 0, -1.5, 'ünï', [], {}, { a: [1, { b: null }] }];
        for (const [i, value] of values.entries()) await engine.state.put(`key-${i}`, value);
        for (const [i, value] of values.entries()) expect(await engine.state.get(`key-${i}`)).toEqual(value);
        expect(await engine.state.get('no-such-key')).toBeUndefined();
      });

      it('does not mistake hostile names for something else', async () => {
        const value = JSON.parse('{"__proto__":{"polluted":true},"constructor":1}') as {
          constructor: number;
        };
        for (const key of ['__proto__', 'constructor', 'prototype']) {
          expect(await engine.state.get(key)).toBeUndefined();
          await engine.state.put(key, value);
          expect(JSON.stringify(await engine.state.get(key))).toBe(JSON.stringify(value));
        }
        expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
      });

      it('survives a restart', async () => {
        await engine.state.put('key', { n: 1 });
        await reopen();
        expect(await engine.state.get('key')).toEqual({ n: 1 });
      });

      it('put replaces, delete removes, and deleting what is not there is no error', async () => {
        await engine.state.put('key', 1);
        await engine.state.put('key', 2);
        expect(await engine.state.get('key')).toBe(2);
        await engine.state.delete('key');
        await engine.state.delete('key');
        expect(await engine.state.get('key')).toBeUndefined();
      });

      it('forgets a value when its time is over, for get and list alike', async () => {
        await engine.state.put('short', 1, { ttlMs: 60 });
        await engine.state.put('long', 2, { ttlMs: 60_000 });
        expect(await engine.state.get('short')).toBe(1);
        await until(async () => (await engine.state.get('short')) === undefined);
        expect(await keysOf('')).toEqual(['long']);
      });

      it('a later put without a time makes it last', async () => {
        await engine.state.put('key', 1, { ttlMs: 100 });
        await engine.state.put('key', 2);
        await engine.state.put('clock', 1, { ttlMs: 1200 });
        await until(async () => (await engine.state.get('clock')) === undefined);
        expect(await engine.state.get('key')).toBe(2);
      });

      it('putIfAbsent: of many at once, one wins', async () => {
        const won = await Promise.all(numbers(20).map((who) => engine.state.putIfAbsent('lock', who)));
        expect(won.filter(Boolean)).toHaveLength(1);
        expect(await engine.state.get('lock')).toBe(numbers(20)[won.indexOf(true)]);
      });

      it('putIfAbsent: an expired value is absent', async () => {
        expect(await engine.state.putIfAbsent('lock', 'a', { ttlMs: 50 })).toBe(true);
        expect(await engine.state.putIfAbsent('lock', 'b', { ttlMs: 50 })).toBe(false);
        await until(async () => (await engine.state.get('lock')) === undefined);
        const won = await Promise.all([
          engine.state.putIfAbsent('lock', 'c'),
          engine.state.putIfAbsent('lock', 'd'),
        ]);
        expect(won.filter(Boolean)).toHaveLength(1);
      });

      it('write applies its operations in order', async () => {
        await engine.state.put('old', 1);
        await engine.state.write([
          { put: 'a', value: 1 },
          { put: 'a', value: 2 },
          { put: 'b', value: 3 },
          { delete: 'b' },
          { delete: 'old' },
        ]);
        expect(await engine.state.list('')).toEqual([{ key: 'a', value: 2 }]);
        await engine.state.write([]);
      });

      it('lists by prefix, in key order, page by page', async () => {
        const keys = ['a', 'a/1', 'a/10', 'a/2', 'a/ü', 'ab', 'b/1'];
        for (const key of keys.toReversed()) await engine.state.put(key, key);
        expect(await keysOf('a/')).toEqual(['a/1', 'a/10', 'a/2', 'a/ü']);
        expect(await keysOf('a')).toEqual(['a', 'a/1', 'a/10', 'a/2', 'a/ü', 'ab']);
        expect(await keysOf('')).toEqual(keys);
        expect(await keysOf('nothing')).toEqual([]);
        expect(await keysOf('a/', { limit: 2 })).toEqual(['a/1', 'a/10']);
        expect(await keysOf('a/', { limit: 2, after: 'a/10' })).toEqual(['a/2', 'a/ü']);
        expect(await keysOf('a/', { after: 'a/ü' })).toEqual([]);
        expect(await keysOf('a/', { after: 'a' })).toEqual(['a/1', 'a/10', 'a/2', 'a/ü']);
      });

      it('takes keys with special characters, up to 1000 bytes', async () => {
        const keys = ['with space', 'a.b*c>d', '50%', '"quoted"', 'back\\slash', '🙂', 'x'.repeat(1000)];
        for (const key of keys) await engine.state.put(key, key);
        for (const key of keys) expect(await engine.state.get(key)).toBe(key);
        expect((await keysOf('')).toSorted()).toEqual(keys.toSorted());
        expect(await keysOf('a.b*')).toEqual(['a.b*c>d']);
      });

      it('refuses a key that is empty or too long', async () => {
        await expect(engine.state.put('', 1)).rejects.toThrow('key');
        await expect(engine.state.put('x'.repeat(1001), 1)).rejects.toThrow('1000 bytes');
      });

      it('watch tells of puts, deletes and expirations below the prefix, until stopped', async () => {
        const changes: StateChange[] = [];
        const stop = engine.state.watch('rule/', (change) => changes.push(change));
        const last = (key: string) => changes.findLast((change) => change.key === key);
        await until(async () => {
          await engine.state.put('rule/ready', 1); // an engine may need a moment to begin
          return last('rule/ready') !== undefined;
        });
        await engine.state.put('rule/1', { hits: 1 });
        await until(() => last('rule/1') !== undefined);
        expect(last('rule/1')).toEqual({ key: 'rule/1', value: { hits: 1 } });
        await engine.state.put('other', 1);
        await engine.state.delete('rule/1');
        await until(() => last('rule/1')?.value === undefined);
        expect(last('other')).toBeUndefined();

        await engine.state.put('rule/2', 2, { ttlMs: 100 });
        await until(() => last('rule/2') !== undefined);
        await until(() => last('rule/2')?.value === undefined);

        stop();
        const told = changes.length;
        await engine.state.put('rule/3', 3);
        await engine.state.get('rule/3');
        expect(changes).toHaveLength(told);
      });

      const keysOf = async (
        prefix: string,
        options?: { after?: string; limit?: number },
      ): Promise<string[]> => (await engine.state.list(prefix, options)).map(({ key }) => key);
    });

    async function topicStats(topic: string): Promise<TopicStats | undefined> {
      return (await engine.stats()).find((one) => one.topic === topic);
    }
    async function groupStats(topic: string, group: string): Promise<GroupStats | undefined> {
      return (await topicStats(topic))?.groups.find((one) => one.group === group);
    }
    async function untilGroup(topic: string, group: string, wanted: Partial<GroupStats>): Promise<void> {
      await until(async () => {
        const found = await groupStats(topic, group);
        return (
          found !== undefined &&
          (wanted.pending === undefined || found.pending === wanted.pending) &&
          (wanted.waiting === undefined || found.waiting === wanted.waiting)
        );
      });
    }
    const settled = (topic: string, group: string) => untilGroup(topic, group, { pending: 0, waiting: 0 });
  });
}

/** Tries follow each other fast. */
const quick: RetryPolicy = { maxAttempts: 5, initialDelayMs: 20, maxDelayMs: 40, factor: 1, jitter: 0 };

const message = (body: string) => ({ body: Buffer.from(body) });
const text = (delivery: { body: Uint8Array }): string => Buffer.from(delivery.body).toString();
const numbers = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => String(i).padStart(6, '0'));

/** A handler that remembers what it got. */
class Received {
  readonly texts: string[] = [];
  readonly batches: string[][] = [];
  running = 0;
  mostAtOnce = 0;
  readonly #pauseMs: number;
  readonly #fail: (text: string, attempt: number) => Error | undefined;

  constructor(
    options: { pauseMs?: number; fail?: (text: string, attempt: number) => Error | undefined } = {},
  ) {
    this.#pauseMs = options.pauseMs ?? 0;
    this.#fail = options.fail ?? (() => undefined);
  }

  readonly handler: Handler = async (batch) => {
    this.running += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.running);
    try {
      if (this.#pauseMs > 0) await wait(this.#pauseMs);
      const texts = batch.map(text);
      this.batches.push(texts);
      this.texts.push(...texts);
      for (const one of batch) {
        const error = this.#fail(text(one), one.attempt);
        if (error) throw error;
      }
    } finally {
      this.running -= 1;
    }
  };
}

/** Consumes until `count` deliveries have come, and stops. Bodies are copied. */
async function collect(engine: Engine, topic: string, group: string, count: number): Promise<Delivery[]> {
  const seen: Delivery[] = [];
  if (count === 0) return seen;
  const enough = signal();
  const consumer = await engine.consume(topic, group, { retry: 'hold' }, async (batch) => {
    seen.push(...batch.map((one) => ({ ...one, body: Uint8Array.from(one.body) })));
    if (seen.length >= count) enough.give();
  });
  await Promise.race([enough.given, wait(deadlineMs)]);
  await consumer.stop();
  expect(seen.length, `deliveries of ${topic} to ${group}`).toBeGreaterThanOrEqual(count);
  return seen;
}

function expectGrowingOffsets(deliveries: readonly Delivery[]): void {
  const last = new Map<string, number>();
  for (const { position } of deliveries) {
    expect(position.offset).toBeGreaterThan(last.get(position.partition) ?? -1);
    last.set(position.partition, position.offset);
  }
}

const deadlineMs = 10_000;

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!(await condition())) {
    if (performance.now() > deadline)
      expect.unreachable(`not within ${deadlineMs} ms: ${condition.toString()}`);
    await wait(5);
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

function signal(): { given: Promise<void>; give: () => void } {
  let give: () => void = () => undefined;
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give: () => give() };
}
