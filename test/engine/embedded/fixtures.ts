import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Delivery, Engine } from '../../../src/engine/engine.ts';
import { openEmbeddedEngine, type EmbeddedEngineOptions } from '../../../src/engine/engines/embedded.ts';

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'sentinel-engine-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** An engine that is closed after the test; close it earlier as you like. */
export async function openEngine(dir: string, options: Partial<EmbeddedEngineOptions> = {}): Promise<Engine> {
  const engine = await openEmbeddedEngine({ dir, writer: 'main', ...options });
  onTestFinished(() => engine.close());
  return engine;
}

export const message = (body: string) => ({ body: Buffer.from(body) });
export const text = (delivery: Pick<Delivery, 'body'>): string => Buffer.from(delivery.body).toString();

export async function until(condition: () => boolean | Promise<boolean>, deadlineMs = 10_000): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within ${deadlineMs} ms: ${condition.toString()}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
}

/** Reads all that a new group gets, until `count` deliveries have come. */
export async function readAll(engine: Engine, topic: string, count: number): Promise<string[]> {
  const seen: string[] = [];
  const consumer = await engine.consume(topic, 'reader', {}, async (batch) => {
    seen.push(...batch.map(text));
  });
  await until(() => seen.length >= count);
  await consumer.stop();
  return seen;
}
