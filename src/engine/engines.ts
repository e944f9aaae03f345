import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { Engine } from './engine.ts';

/** Opens the engine that the config names. `writer` names the thread or process; it must be stable over restarts. */
export async function openEngine(config: Pick<Config, 'dataDir' | 'queue'>, writer: string): Promise<Engine> {
  const { openEmbeddedEngine } = await import('./engines/embedded.ts');
  const { maxBytes: bytes, maxEvents: events } = config.queue;
  return openEmbeddedEngine({ dir: join(config.dataDir, 'queue'), writer, limits: { bytes, events } });
}
