import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Delivery, Engine } from '../../src/engine/engine.ts';
import { openEmbeddedEngine } from '../../src/engine/embedded/index.ts';
import { SentinelError } from '../../src/model/errors.ts';
import { topics } from '../../src/model/event.ts';
import { createLogger } from '../../src/support/log.ts';
import { type Patiences, createParking, parkedEvents } from '../../src/flow/parking.ts';
import { until } from '../helpers/until.ts';

/** On the real queue; a load is whatever the test makes of it. */
let dir: string;
let engine: Engine;
let refuses: boolean;
let broken: unknown[];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sentinel-parking-'));
  engine = await openEmbeddedEngine({ dir, writer: 'main' });
  [refuses, broken] = [false, []];
});
afterEach(async () => {
  await engine.close();
  await rm(dir, { recursive: true });
});

const open = (patiences: Partial<Patiences> = {}, restEvents = 2) =>
  createParking({
    engine,
    refuses: () => refuses,
    restEvents,
    log: createLogger({ level: 'silent', format: 'json' }),
    onBroken: (error) => broken.push(error),
    patiences: { refusedMs: 20, silentMs: 60_000, restMs: 60_000, ...patiences },
  });
const batch =
  (...names: string[]) =>
  () =>
    names.map((name) => ({ body: Buffer.from(name) }));
const textsOf = (deliveries: readonly Delivery[]) =>
  deliveries.map(({ body }) => Buffer.from(body).toString());
/** A load whose end the test decides. */
function held() {
  let [done, failed]: [() => void, (error: Error) => void] = [() => undefined, () => undefined];
  const load = () =>
    new Promise<string>((resolve, reject) => ([done, failed] = [() => resolve('loaded'), reject]));
  return { load, done: () => done(), fail: (error: Error) => failed(error) };
}
const atOnce = async () => 'loaded';
const never = () => Promise.reject(new Error('nothing may load'));

it('parks what is refused, and all that comes behind it, until the topic is loaded to its end', async () => {
  const parking = await open();
  expect(await parking.load(atOnce, batch('a'), 1)).toBe('loaded');
  refuses = true;
  const first = held();
  expect(await parking.load(first.load, batch('b', 'c'), 2)).toBe('parked');
  expect(parking.isParking()).toBe(true);
  expect(await parking.load(never, batch('d'), 1)).toBe('parked');

  // The destination takes rows again, but there is too much to wait for.
  refuses = false;
  first.done();
  expect(await parking.load(never, batch('e'), 1)).toBe('parked');

  const loaded: string[] = [];
  const consumer = await engine.consume(
    topics.parked,
    'loader',
    { maxEvents: 2, retry: 'hold' },
    async (some) => {
      loaded.push(...textsOf(some));
      await sleep(50);
    },
  );
  await until(async () => (await parkedEvents(engine)) <= 2);
  // What little is left is waited for.
  expect(
    await parking.load(
      async () => {
        loaded.push('f');
        return 'loaded';
      },
      batch('f'),
      1,
    ),
  ).toBe('loaded');
  expect(loaded).toEqual(['b', 'c', 'd', 'e', 'f']);
  expect(parking.isParking()).toBe(false);
  await consumer.stop();
  expect(broken).toEqual([]);
});

it('waits for a load that takes long and is not refused, but not for ever', async () => {
  const patient = await open();
  const slow = held();
  const loading = patient.load(slow.load, batch('a'), 1);
  // Longer than one is waited for that is refused.
  await sleep(100);
  slow.done();
  expect(await loading).toBe('loaded');
  expect(patient.isParking()).toBe(false);
  const parking = await open({ silentMs: 100 });
  const silent = held();
  expect(await parking.load(silent.load, batch('b'), 1)).toBe('parked');
  expect(await parkedEvents(engine)).toBe(1);
  silent.fail(new SentinelError('destination_schema_conflict', 'a column has another type'));
  await until(() => broken.length === 1);
});

it('still parks after a restart, and hands the end of a load on as it is', async () => {
  await engine.publish(topics.parked, batch('a', 'b', 'c')());
  const parking = await open();
  expect(parking.isParking()).toBe(true);
  expect(await parking.load(never, batch('d'), 1)).toBe('parked');
  const consumer = await engine.consume(topics.parked, 'loader', { retry: 'hold' }, async () => undefined);
  await until(async () => (await parkedEvents(engine)) === 0);
  const error = new SentinelError('destination_unavailable', 'no such table', { retryable: false });
  await expect(parking.load(() => Promise.reject(error), batch('e'), 1)).rejects.toBe(error);
  await consumer.stop();
});
