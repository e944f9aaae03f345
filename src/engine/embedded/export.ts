import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Json } from '../../model/json.ts';
import type { Delivery, TopicStats } from '../engine.ts';
import { stateKeyOf } from '../published-key.ts';
import { readStats } from './backlog.ts';
import { lockFolder } from './folder-lock.ts';
import { LogReader } from './log-reader.ts';
import { PublishedKeys } from './published-keys/memory.ts';
import { readGroup } from './records.ts';
import { readRetry, retryKeys } from './retry-area.ts';
import { openStore, refresh } from './store.ts';

/** A message that a group has not settled. */
export interface ExportedMessage {
  delivery: Delivery;
  /** Milliseconds since 1970, when it was deferred until then. */
  dueAt: number | undefined;
}

export interface ExportedState {
  key: string;
  value: Json;
  /** Milliseconds since 1970; undefined when it does not expire. */
  expiresAt: number | undefined;
}

/** What a data folder holds, read for another engine; nothing is changed. */
export interface EmbeddedExport {
  topics(): TopicStats[];
  /** What the group has not settled, in order; without a group, everything that the topic keeps. Bodies are the reader's. */
  messages(topic: string, group: string | undefined): AsyncGenerator<ExportedMessage>;
  state(): AsyncGenerator<ExportedState>;
  close(): Promise<void>;
}

const atOnce = { maxEvents: 10_000, maxBytes: 4 * 1024 * 1024 };

/** Throws `data_folder_in_use` while a service runs on it. */
export async function openEmbeddedExport(folder: string): Promise<EmbeddedExport> {
  const dir = await realpath(folder);
  const unlock = await lockFolder(dir);
  const store = openStore(join(dir, 'engine.mdb'));

  async function* deferred(topic: string, group: string): AsyncGenerator<ExportedMessage> {
    let keys = retryKeys(store, topic, group, 1000);
    while (keys.length > 0) {
      refresh(store);
      for (const key of keys) {
        const delivery = readRetry(store, key);
        if (delivery) yield { delivery: { ...delivery, body: delivery.body.slice() }, dueAt: key[2] };
      }
      await nextTurn();
      keys = retryKeys(store, topic, group, 1000, keys.at(-1));
    }
  }

  return {
    topics: () => readStats(store),
    async *messages(topic, group) {
      if (group !== undefined) yield* deferred(topic, group);
      const marks = group === undefined ? [] : readGroup(store, topic, group)?.marks;
      const reader = new LogReader(store, topic, new Map(marks));
      for (let batch = reader.next(atOnce); batch; batch = reader.next(atOnce)) {
        for (const delivery of batch.deliveries) yield { delivery, dueAt: undefined };
        await nextTurn();
        refresh(store);
      }
    },
    async *state() {
      const now = Date.now();
      for (const { key, value, version = 0 } of store.state.getRange({ versions: true, snapshot: false })) {
        const expiresAt = version === 0 ? undefined : version;
        if (expiresAt === undefined || expiresAt > now) yield { key: key.toString(), value, expiresAt };
      }
      for (const { key, id, expiresAt } of new PublishedKeys(store).all())
        if (expiresAt > now) yield { key: stateKeyOf(key), value: { id, at: 0, done: true }, expiresAt };
    },
    async close() {
      await store.root.close();
      await unlock();
    },
  };
}
