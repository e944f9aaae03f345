import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadConfig } from '../../src/config/load.ts';
import { startSentinel } from '../../src/runtime/sentinel.ts';
import { createLogger } from '../../src/support/log.ts';
import type { StartOptions } from './sentinel.ts';

export interface ServiceHere {
  url: string;
  dir: string;
  /** The service ends, and its folder is removed. */
  stop(): Promise<void>;
}

/** As `startProcess`, but in this process and without a log: half the work, for tests that kill nothing. */
export async function startHere(
  options: Pick<StartOptions, 'config' | 'env' | 'files'> = {},
): Promise<ServiceHere> {
  const dir = await mkdtemp(join(tmpdir(), 'sentinel-here-'));
  const settings = JSON.stringify({ ...options.config, log: { level: 'error' } });
  const files = { 'sentinel-config.yaml': settings, ...options.files };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text);
  }
  const config = loadConfig({ cwd: dir, env: { SENTINEL_API_PORT: '0', ...options.env } });
  const sentinel = await startSentinel(config, { log: createLogger({ level: 'silent', format: 'json' }) });
  return {
    url: sentinel.url,
    dir,
    async stop() {
      await sentinel.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
