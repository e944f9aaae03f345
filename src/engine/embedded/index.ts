import { mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '../engine.ts';
import { Lifecycle } from '../lifecycle.ts';
import { checkName } from '../names.ts';
import { readStats } from './backlog.ts';
import { EmbeddedConsumer } from './consumer.ts';
import { findPending } from './find-pending.ts';
import { lockFolder } from './folder-lock.ts';
import { PublishedKeys } from './published-keys/memory.ts';
import { Publisher, type Limits } from './publisher.ts';
import { groupKey, readGroup, updateTopic } from './records.ts';
import { retryKeys } from './retry-area.ts';
import { EmbeddedState } from './state.ts';
import { openStore, troubleOf, writeTogether, type Store } from './store.ts';
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
  let keys: PublishedKeys | undefined;
  const publishedKeys = () => (keys ??= new PublishedKeys(store));
  const publisher = new Publisher({ store, wakeup, publishedKeys }, writer, limits);
  const trimmer = createTrimmer(store);
  const state = new EmbeddedState(store, wakeup);
  const life = new Lifecycle();

  async function flush(): Promise<void> {
    await publisher.idle();
    await keys?.idle();
    await trimmer.close();
    await state.stop();
  }
  async function release(): Promise<void> {
    wakeup.close();
    await store.root.close();
    await unlock();
  }

  return {
    state: life.guardState(state),
    publish: (topic, messages) => life.guard(() => publisher.publish(topic, messages)),
    published: {
      find(key) {
        life.checkOpen();
        return publishedKeys().find(key);
      },
      publish: (topic, messages, remembered) =>
        life.guard(() => publisher.publish(topic, messages, remembered)),
    },
    async consume(topic, group, consumeOptions, handle) {
      life.checkStaysOpen();
      checkName('topic', topic);
      checkName('group', group);
      return await life.consumers.start(topic, group, () =>
        EmbeddedConsumer.start({ store, wakeup, trimmer }, { topic, group }, consumeOptions, handle),
      );
    },
    async removeGroup(topic, group) {
      life.checkStaysOpen();
      await life.consumers.stop(topic, group);
      await removeGroup(store, topic, group);
      trimmer.groupMoved(topic);
    },
    findPending: (topic, group, match) => life.guard(() => findPending(store, topic, group, match)),
    backup: (file) => life.guard(() => store.root.backup(file, true)),
    stats: () => life.guard(async () => readStats(store)),
    trouble: () => troubleOf(store),
    close: () => life.close(flush, release),
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
