import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadConfig } from '../../src/config/load.ts';
import { startSentinel } from '../../src/runtime/sentinel.ts';
import { createLogger } from '../../src/support/log.ts';
import type { StartOptions } from './sentinel.ts';

export interface ServiceHere {
  readonly url: string;
  readonly dir: string;
  /** In good order; the port is another one then. `meanwhile`: while nothing has the data folder open. */
  restart<T>(meanwhile?: () => Promise<T>): Promise<T | undefined>;
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
  const start = () => startSentinel(config, { log: createLogger({ level: 'silent', format: 'json' }) });
  let sentinel = await start();
  return {
    get url() {
      return sentinel.url;
    },
    dir,
    async restart(meanwhile) {
      await sentinel.close();
      const done = await meanwhile?.();
      sentinel = await start();
      return done;
    },
    async stop() {
      await sentinel.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
