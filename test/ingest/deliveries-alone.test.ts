import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openEmbeddedEngine } from '../../src/engine/embedded/index.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { createDeliveries } from '../../src/ingest/create-deliveries.ts';
import type { Deliveries } from '../../src/ingest/deliveries.ts';

/** Where one process has the engine: a delivery and what is remembered of it are one write. */
let dir: string;
let engine: Engine;
let deliveries: Deliveries;
const hour = 3_600_000;

async function open(): Promise<void> {
  engine = await openEmbeddedEngine({ dir, writer: 'test', limits: { events: 4 } });
  deliveries = createDeliveries(engine, 'in', (error) => {
    throw error;
  });
}
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sentinel-deliveries-'));
  await open();
});
afterEach(async () => {
  await engine.close();
  await rm(dir, { recursive: true });
});

const keyOf = (name: string) => name.repeat(16);
const start = '0192f0c1-2b3c-7def-8123-00000000000';
const incoming = (name: string | undefined, id: string) => ({
  key: name === undefined ? undefined : keyOf(name),
  mine: { id: start + id, at: Date.now() },
  message: (mark: { id: string }) => ({ body: Buffer.from(mark.id.slice(-1)) }),
});
const publish = async (...all: ReturnType<typeof incoming>[]) =>
  (await deliveries.publish(all, hour)).map(({ mark, isNew }) => [mark.id.slice(-1), isNew]);

async function published(): Promise<string[]> {
  const found: string[] = [];
  await engine.findPending('in', 'group', ({ body }) => void found.push(Buffer.from(body).toString()));
  return found;
}

it('is published once, also when it comes many times at once, and after a restart', async () => {
  const first = await Promise.all([
    publish(incoming('a', '1')),
    publish(incoming('a', '2')),
    publish(incoming('b', '3'), incoming('a', '4')),
  ]);
  expect(first).toEqual([
    [['1', true]],
    [['1', false]],
    [
      ['3', true],
      ['1', false],
    ],
  ]);
  await engine.close();
  await open();
  expect(await publish(incoming('a', '5'))).toEqual([['1', false]]);
  expect(await deliveries.isKnown(keyOf('a'))).toBe(true);
  expect(await published()).toEqual(['1', '3']);
});

it('is one event when a request has it twice; what has no id is always new', async () => {
  const found = await publish(incoming('a', '1'), incoming(undefined, '2'), incoming('a', '3'));
  expect(found).toEqual([
    ['1', true],
    ['2', true],
    ['1', false],
  ]);
  expect(await publish(incoming(undefined, '4'))).toEqual([['4', true]]);
  expect(await published()).toEqual(['1', '2', '4']);
});

it('a request is stored whole or not at all, and nothing is remembered of one that is refused', async () => {
  await publish(incoming('a', '1'), incoming('b', '2'), incoming('c', '3'), incoming('d', '4'));
  await expect(publish(incoming('e', '5'), incoming(undefined, '6'))).rejects.toMatchObject({
    code: 'engine_full',
  });
  expect(await deliveries.isKnown(keyOf('e'))).toBe(false);
  // What is known needs no place.
  expect(await publish(incoming('b', '7'))).toEqual([['2', false]]);
  expect(await published()).toHaveLength(4);
});
