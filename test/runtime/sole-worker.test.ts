import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import { openEmbeddedEngine } from '../../src/engine/embedded/index.ts';
import { type Leases, sharedLeases } from '../../src/engine/lease.ts';
import { createLogger } from '../../src/support/log.ts';
import { claimDestination } from '../../src/runtime/sole-worker.ts';
import { until } from '../helpers/until.ts';

/** Renewed five times as often. */
const leaseMs = 3000;
const config = {
  destination: { type: 'duckdb' },
  engine: { type: 'nats' },
} as unknown as Parameters<typeof claimDestination>[0];

let dir: string;
let engine: Engine;
/** The state of a real engine, as one that several processes share. */
let shared: Leases;
let lines: string[];
let lost: Error[];
let release: () => Promise<void>;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sentinel-sole-'));
  engine = await openEmbeddedEngine({ dir, writer: 'main' });
  shared = sharedLeases(engine.state);
  lines = [];
  lost = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const log = createLogger({ level: 'info', format: 'json' }, { destination });
  release = await claimDestination(config, shared, { log, onLost: (error) => lost.push(error), leaseMs });
});
afterEach(async () => {
  await release();
  await engine.close();
  await rm(dir, { recursive: true });
});

const key = 'leases/destination';

it('a worker whose claim ended while NATS was away takes it again, when nobody else has it', async () => {
  const first = await engine.state.get(key);
  await until(async () => {
    // Again, when a renewal that was under way has written it after all.
    if ((await engine.state.get(key)) === first) await engine.state.delete(key);
    return lines.join('').includes('lease_ended');
  });
  await expect(shared.take('destination', leaseMs)).resolves.toBeUndefined();
  expect(lost).toEqual([]);
});

it('and gives up when another worker has it', async () => {
  await until(async () => {
    await engine.state.put(key, 'of another worker');
    return lost.length > 0;
  });
  expect(lost[0]?.message).toContain('another worker');
});
