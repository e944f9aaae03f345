import { watch } from 'chokidar';
import { type Config, loadConfig } from '../config/load.ts';
import { SentinelError, messageOf } from '../model/errors.ts';
import { type Sentinel, type SentinelOptions, startSentinel } from './sentinel.ts';
import { Mutex } from '../support/mutex.ts';

/** How long the files must be quiet before a reload; editors write several at once. */
const quietMs = 150;

/**
 * Runs the service and loads contracts, steps and settings again when one of their files changes. Ingest never stops,
 * and events wait in the queue while the pipeline changes. A change with a fault is reported and left out.
 */
export async function startDev(
  config: Config,
  { reloadConfig = () => loadConfig(), ...options }: SentinelOptions & { reloadConfig?: () => Config },
): Promise<Sentinel> {
  const { log } = options;
  const sentinel = await startSentinel(config, options);
  let current = config;
  let timer: NodeJS.Timeout | undefined;
  const reloading = new Mutex();

  const files = watch(watchedPaths(config), {
    ignoreInitial: true,
    ignored: (path) => path.includes('node_modules'),
  });
  files.on('all', (_, path) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      void reloading.run(() => reload(path));
    }, quietMs);
  });
  files.on('error', (error) =>
    log.error({ err: error, code: 'watch_failed' }, 'files are not watched any more'),
  );

  async function reload(path: string): Promise<void> {
    try {
      const next = reloadConfig();
      if (JSON.stringify(next.http) !== JSON.stringify(current.http) || next.dataDir !== current.dataDir)
        log.warn(
          { code: 'restart_needed' },
          'changes of http settings and of the data folder need a restart',
        );
      await sentinel.reload({ ...next, http: current.http, dataDir: current.dataDir });
      current = next;
      files.add(watchedPaths(next));
      log.info({ status: 'reloaded', path }, 'reloaded');
    } catch (error) {
      const stopped = error instanceof SentinelError && error.code === 'pipeline_stopped';
      log.error(
        { err: error, status: 'failed', code: 'reload_failed', path },
        `not reloaded, ${stopped ? 'events wait in the queue' : 'the old state goes on'}: ${messageOf(error)}`,
      );
    }
  }

  return {
    ...sentinel,
    async close() {
      // A change that comes meanwhile sets it once more.
      await files.close();
      clearTimeout(timer);
      await reloading.idle();
      await sentinel.close();
    },
  };
}

function watchedPaths({ configPath, contracts, steps }: Config): string[] {
  return [...(configPath === undefined ? [] : [configPath]), ...contracts, ...steps];
}
