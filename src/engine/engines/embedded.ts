import { mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { SentinelError } from '../../errors.ts';
import type { Consumer, Engine, StateStore } from '../engine.ts';
import { checkName } from '../names.ts';
import { readStats } from './embedded/backlog.ts';
import { startConsumer } from './embedded/consumer.ts';
import { findPending } from './embedded/find-pending.ts';
import { lockFolder } from './embedded/folder-lock.ts';
import { createPublisher, type Limits } from './embedded/publisher.ts';
import { groupKey, readGroup, updateTopic } from './embedded/records.ts';
import { retryKeys } from './embedded/retry-area.ts';
import { createState } from './embedded/state.ts';
import { openStore, writeTogether, type Store } from './embedded/store.ts';
import { createTrimmer } from './embedded/trimmer.ts';
import { createWakeup } from './embedded/wakeup.ts';

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
  await mkdir(options.dir, { recursive: true });
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
  const consumers = new Map<string, Promise<Consumer>>();
  let closing: Promise<void> | undefined;
  let closed = false;

  function checkOpen(isOpen: boolean): void {
    if (!isOpen) throw new SentinelError('engine_closed', 'the engine is closed');
  }
  async function close(): Promise<void> {
    try {
      const stops = await Promise.allSettled([...consumers.values()].map(async (one) => (await one).stop()));
      closed = true;
      await publisher.idle();
      await trimmer.close();
      await stopSweeper();
      for (const stop of stops) if (stop.status === 'rejected') throw stop.reason;
    } finally {
      closed = true;
      wakeup.close();
      await store.root.close();
      await unlock();
    }
  }

  return {
    ordered: true,
    state: guarded(state, () => checkOpen(!closed)),
    async publish(topic, messages) {
      checkOpen(!closed);
      await publisher.publish(topic, messages);
    },
    async consume(topic, group, consumeOptions, handle) {
      checkOpen(!closing);
      checkName('topic', topic);
      checkName('group', group);
      const name = `${topic}/${group}`;
      if (consumers.has(name))
        throw new SentinelError('conflict', `group ${group} of ${topic} is being consumed`);
      const starting = startConsumer({ store, wakeup, trimmer }, topic, group, consumeOptions, handle);
      consumers.set(name, starting);
      const consumer = await starting.catch((error: unknown) => {
        consumers.delete(name);
        throw error;
      });
      return {
        ...consumer,
        async stop() {
          try {
            await consumer.stop();
          } finally {
            if (consumers.get(name) === starting) consumers.delete(name);
          }
        },
      };
    },
    async removeGroup(topic, group) {
      checkOpen(!closing);
      const name = `${topic}/${group}`;
      await (await consumers.get(name))?.stop();
      consumers.delete(name);
      await removeGroup(store, topic, group);
      trimmer.groupMoved(topic);
    },
    async findPending(topic, group, match) {
      checkOpen(!closed);
      return await findPending(store, topic, group, match);
    },
    async stats() {
      checkOpen(!closed);
      return readStats(store);
    },
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

/** State that refuses to work once `check` throws. */
function guarded(state: StateStore, check: () => void): StateStore {
  return {
    async get(key) {
      check();
      return await state.get(key);
    },
    async put(key, value, options) {
      check();
      await state.put(key, value, options);
    },
    async putIfAbsent(key, value, options) {
      check();
      return await state.putIfAbsent(key, value, options);
    },
    async delete(key) {
      check();
      await state.delete(key);
    },
    async write(operations) {
      check();
      await state.write(operations);
    },
    async list(prefix, options) {
      check();
      return await state.list(prefix, options);
    },
    watch(prefix, listener) {
      check();
      return state.watch(prefix, listener);
    },
  };
}
