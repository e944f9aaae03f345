import { mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { SentinelError } from '../../model/errors.ts';
import { createConsumers } from '../consumers.ts';
import type { Engine } from '../engine.ts';
import { guardedState } from '../guarded-state.ts';
import { checkName } from '../names.ts';
import { readStats } from './backlog.ts';
import { startConsumer } from './consumer.ts';
import { findPending } from './find-pending.ts';
import { lockFolder } from './folder-lock.ts';
import { createPublisher, type Limits } from './publisher.ts';
import { groupKey, readGroup, updateTopic } from './records.ts';
import { retryKeys } from './retry-area.ts';
import { createState } from './state.ts';
import { openStore, writeTogether, type Store } from './store.ts';
import { createTrimmer } from './trimmer.ts';
import { createWakeup } from './wakeup.ts';

export interface EmbeddedEngineOptions {
  /** Data folder; made when missing. Several threads of one process may open it, other processes may not. */
  dir: string;
  /** Name of this thread, unique among those that have the folder open, and the same after a restart. */
  writer: string;
  /** How much may wait in each topic that this writer publishes. Default: no limit. */
  limits?: Limits;
}

/**
 * The engine that needs nothing installed: topics and state in one LMDB file.
 * Throws `data_folder_in_use` and `engine_unavailable`.
 */
export async function openEmbeddedEngine(options: EmbeddedEngineOptions): Promise<Engine> {
  const { writer, limits = {} } = options;
  checkName('writer', writer);
  // It holds whole events, and other accounts of the machine have no use for it.
  await mkdir(options.dir, { recursive: true, mode: 0o700 });
  const dir = await realpath(options.dir);
  const unlock = await lockFolder(dir);
  let store: Store;
  try {
    store = openStore(join(dir, 'engine.mdb'));
  } catch (error) {
    await unlock();
    throw error;
  }
  const wakeup = createWakeup(dir);
  const publisher = createPublisher(store, writer, limits, wakeup);
  const trimmer = createTrimmer(store);
  const { state, stop: stopSweeper } = createState(store, wakeup);
  const consumers = createConsumers();
  let closing: Promise<void> | undefined;
  let closed = false;

  function checkOpen(isOpen: boolean): void {
    if (!isOpen) throw new SentinelError('engine_closed', 'the engine is closed');
  }
  async function guarded<T>(work: () => Promise<T>): Promise<T> {
    checkOpen(!closed);
    return await work();
  }
  async function close(): Promise<void> {
    try {
      const failures = await consumers.stopAll();
      closed = true;
      await publisher.idle();
      await trimmer.close();
      await stopSweeper();
      if (failures.length > 0) throw failures[0];
    } finally {
      closed = true;
      wakeup.close();
      await store.root.close();
      await unlock();
    }
  }

  return {
    state: guardedState(state, guarded, () => checkOpen(!closed)),
    publish: (topic, messages) => guarded(() => publisher.publish(topic, messages)),
    publishWith: (topic, messages, entries) => guarded(() => publisher.publish(topic, messages, entries)),
    async consume(topic, group, consumeOptions, handle) {
      checkOpen(!closing);
      checkName('topic', topic);
      checkName('group', group);
      return await consumers.start(topic, group, () =>
        startConsumer({ store, wakeup, trimmer }, topic, group, consumeOptions, handle),
      );
    },
    async removeGroup(topic, group) {
      checkOpen(!closing);
      await consumers.stop(topic, group);
      await removeGroup(store, topic, group);
      trimmer.groupMoved(topic);
    },
    findPending: (topic, group, match) => guarded(() => findPending(store, topic, group, match)),
    stats: () => guarded(async () => readStats(store)),
    async close() {
      closing ??= close();
      await closing;
    },
  };
}

const retriesRemovedAtOnce = 1000;

async function removeGroup(store: Store, topic: string, group: string): Promise<void> {
  await updateTopic(store, topic, (trimmed) => {
    if (!readGroup(store, topic, group)) return undefined;
    return { trimmed, writes: () => void store.records.remove(groupKey(topic, group)) };
  });
  for (;;) {
    const keys = retryKeys(store, topic, group, retriesRemovedAtOnce);
    if (keys.length === 0) return;
    await writeTogether(store, () => {
      for (const key of keys) void store.retries.remove(key);
    });
  }
}
