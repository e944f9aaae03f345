import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import transactionContract from '../../contracts/v1/transaction.ts';
import { type ConfigOverrides, loadConfig } from '../../src/config/load.ts';
import { type DeadLetterStore, createDeadLetters } from '../../src/dead-letter/store.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { createRequestIds } from '../../src/ingest/request-id.ts';
import type { Destination } from '../../src/load/destination.ts';
import { openDestination } from '../../src/load/open.ts';
import { startPipeline } from '../../src/flow/flow.ts';
import { readProject } from '../../src/flow/project.ts';
import type { StartedPipeline } from '../../src/runtime/pipeline-api.ts';
import { silent } from '../helpers/healing.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { until } from '../helpers/until.ts';

const nextId = createRequestIds();

/** The real pipeline in this process, on an engine in which a test puts what it is to find there. */
export interface Ground {
  dir: string;
  engine: Engine;
  letters: DeadLetterStore;
  /** The request id of the event that it is about. */
  id: string;
  /** Works on the destination while no pipeline runs. */
  inDestination<T>(work: (destination: Destination) => Promise<T>): Promise<T>;
  start(): Promise<StartedPipeline>;
  stop(): Promise<void>;
  /** What became of the event, when nothing is under way any more. */
  places(): Promise<string[]>;
}

export async function prepareGround(
  openEngine: (dir: string) => Promise<Engine>,
  overrides: (dir: string) => ConfigOverrides = () => ({}),
): Promise<Ground> {
  const dir = await temporaryFolder();
  const env = { SENTINEL_DATA_DIR: join(dir, 'data') };
  const config = loadConfig({ cwd: dir, env, overrides: overrides(dir) });
  const engine = await openEngine(join(dir, 'data'));
  const letters = createDeadLetters(engine.state);
  const id = nextId(1);
  let pipeline: StartedPipeline | undefined;
  const stop = async () => {
    await pipeline?.close();
    pipeline = undefined;
  };
  onTestFinished(async () => {
    await stop();
    await engine.close();
  });

  async function inDestination<T>(work: (destination: Destination) => Promise<T>): Promise<T> {
    const destination = await openDestination(config);
    try {
      await destination.prepare([table]);
      return await work(destination);
    } finally {
      await destination.close();
    }
  }

  return {
    dir,
    engine,
    letters,
    id,
    inDestination,
    start: async () =>
      (pipeline = await startPipeline({
        config,
        engine,
        log: silent,
        consume: true,
        project: await readProject(config, silent),
      })),
    stop,
    async places() {
      await idle(engine);
      await stop();
      const found = await inDestination((destination) => destination.find(id));
      const letter = await letters.get(id);
      return [
        ...(found === undefined ? [] : [found.status]),
        ...(letter === undefined ? [] : [`${letter.status} letter`]),
      ];
    },
  };
}

export const table = {
  name: 'transaction',
  contract: 'transaction',
  columns: transactionContract.columns,
  key: transactionContract.key,
};

/** Resolves when all that was published is settled. */
export const idle = (engine: Engine): Promise<void> =>
  until(async () =>
    (await engine.stats()).every(({ groups }) => groups.every(({ pending }) => pending === 0)),
  );
