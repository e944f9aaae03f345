import { onTestFinished } from 'vitest';
import type { Delivery, Engine } from '../../../src/engine/engine.ts';
import { openEmbeddedEngine, type EmbeddedEngineOptions } from '../../../src/engine/embedded/index.ts';
import { until } from '../../helpers/until.ts';

/** An engine that is closed after the test; close it earlier as you like. */
export async function openEngine(dir: string, options: Partial<EmbeddedEngineOptions> = {}): Promise<Engine> {
  const engine = await openEmbeddedEngine({ dir, writer: 'main', ...options });
  onTestFinished(() => engine.close());
  return engine;
}

export const message = (body: string) => ({ body: Buffer.from(body) });
export const text = (delivery: Pick<Delivery, 'body'>): string => Buffer.from(delivery.body).toString();

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
