import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openEmbeddedEngine } from '../../src/engine/embedded/index.ts';
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

it('makes folders that other accounts of the machine cannot enter', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'sentinel-engine-'));
  const data = join(parent, 'data');
  const engine = await openEmbeddedEngine({ dir: join(data, 'queue'), writer: 'main' });
  try {
    for (const folder of [data, join(data, 'queue')])
      expect(((await stat(folder)).mode & 0o777).toString(8)).toBe('700');
  } finally {
    await engine.close();
    await rm(parent, { recursive: true });
  }
});
