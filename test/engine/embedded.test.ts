import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedEngine } from '../../src/engine/engines/embedded.ts';
import { engineConformance } from '../conformance/engine.ts';

engineConformance('embedded', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'sentinel-engine-'));
  let engine = await openEmbeddedEngine({ dir, writer: 'main' });
  return {
    engine,
    async reopen() {
      await engine.close();
      engine = await openEmbeddedEngine({ dir, writer: 'main' });
      return engine;
    },
    async cleanup() {
      await engine.close();
      await rm(dir, { recursive: true });
    },
  };
});
