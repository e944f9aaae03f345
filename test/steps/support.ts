import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine } from '../../src/engine/open.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { Json } from '../../src/model/json.ts';
import { createLogger } from '../../src/support/log.ts';
import type { StepConfig, StepHandler, StepModule } from '../../src/steps/step.ts';

export const silent = createLogger({ level: 'silent', format: 'json' });

/** Quick, so that a test sees several tries. */
export const quickRetry = { maxAttempts: 3, initialDelayMs: 5, maxDelayMs: 20, factor: 2, jitter: 0 };

export async function temporaryEngine(): Promise<{ engine: Engine; dispose: () => Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sentinel-runner-'));
  const engine = await openEngine(
    { dataDir, queue: { maxBytes: 2 ** 26, maxEvents: 100_000 }, engine: { type: 'embedded' } },
    'test',
    silent,
  );
  return {
    engine,
    async dispose() {
      await engine.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export const message = (value: Json | object) => ({ body: Buffer.from(JSON.stringify(value)) });

export function step(config: Partial<StepConfig>, handler: StepHandler<never>): StepModule {
  return {
    config: { name: 'step', description: 'd', triggers: [], enqueues: [], flows: [], ...config },
    handler: handler as StepHandler<unknown>,
    file: '/steps/test.step.ts',
  };
}

/** Reads everything that is published on a topic from the beginning. */
export async function collect(engine: Engine, topic: string): Promise<Json[]> {
  const seen: Json[] = [];
  await engine.consume(topic, 'test', {}, async (batch) => {
    for (const { body } of batch) seen.push(JSON.parse(Buffer.from(body).toString()) as Json);
  });
  return seen;
}
