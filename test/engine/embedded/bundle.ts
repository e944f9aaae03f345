import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';
import { beforeAll } from 'vitest';

const entry = fileURLToPath(new URL('../../../src/engine/embedded/index.ts', import.meta.url));

/**
 * Threads and child processes of a test run without vitest: this bundles the embedded engine into plain JavaScript
 * before the tests of a file. Returns how to get the bundle's URL.
 */
export function useBundledEngine(): () => string {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sentinel-bundle-'));
    await build({
      configFile: false,
      logLevel: 'error',
      build: {
        ssr: entry,
        outDir: dir,
        emptyOutDir: false,
        target: 'node20',
        rollupOptions: {
          external: ['lmdb'],
          output: { entryFileNames: 'engine.mjs', paths: { lmdb: import.meta.resolve('lmdb') } },
        },
      },
    });
    return () => rm(dir, { recursive: true });
  });
  return () => pathToFileURL(join(dir, 'engine.mjs')).href;
}
