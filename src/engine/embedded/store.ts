import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { open, type Database, type RootDatabase } from 'lmdb';
import { SentinelError, messageOf } from '../../model/errors.ts';
import type { Json } from '../../model/json.ts';
import { OpenedFile } from '../../support/opened-file.ts';

/** `[topic, writer, block number]` */
export type LogKey = [string, string, number];
/** `[topic, group, due (ms since 1970), writer, offset]` */
export type RetryKey = [string, string, number, string, number];
export type RecordKey = string[];
export type EngineRecord = TopicRecord | PartitionRecord | GroupRecord;

/** The LMDB environment of one thread, and its tables. */
export interface Store {
  /** Of the environment's file. */
  path: string;
  file: OpenedFile;
  root: RootDatabase;
  /** Blocks of messages (block.ts). */
  log: Database<Buffer, LogKey>;
  /** Messages that were deferred (retry-area.ts). */
  retries: Database<Buffer, RetryKey>;
  /** Counters and positions (records.ts); the version is used for compare-and-set. */
  records: Database<EngineRecord, RecordKey>;
  /** Values by UTF-8 key; the version is the time of expiry, 0 for none. */
  state: Database<Json, Buffer>;
  /** Index of the above by time of expiry (state.ts). */
  expiry: Database<Buffer, Buffer>;
  /** Keys of what was published (published-keys/). */
  publishedKeys: Database<Buffer, Buffer>;
}

/** Address space, not disk or memory; LMDB doubles it by itself, which is rare when it starts large. */
const initialMapBytes = 4 * 1024 ** 3;

/**
 * Opens the environment in the file `path`.
 *
 * Durability: with `overlappingSync: false` LMDB commits in this order: the changed pages are written, `fdatasync`,
 * then the page that makes them the current state, through a descriptor opened with O_DSYNC. A write's promise resolves
 * after that, so whoever awaited it is safe from a power cut, not just from a crash. The default, overlapping
 * syncs, gives the same guarantee only through a second promise, and measured slower here: with one commit in flight
 * per thread there is little to overlap, and it writes one page more.
 */
export function openStore(path: string): Store {
  try {
    const root = open({
      path,
      noSubdir: true,
      overlappingSync: false,
      // Otherwise lmdb starts each transaction with a promise of its own that nobody can handle when it fails.
      eventTurnBatching: false,
      encoding: 'binary',
      maxDbs: 8,
      // Windows would reserve the file's size at once.
      ...(process.platform === 'win32' ? {} : { mapSize: initialMapBytes }),
    });
    return {
      path,
      file: new OpenedFile(path),
      root,
      log: root.openDB<Buffer, LogKey>({ name: 'log', encoding: 'binary' }),
      retries: root.openDB<Buffer, RetryKey>({ name: 'retries', encoding: 'binary' }),
      records: root.openDB<EngineRecord, RecordKey>({ name: 'records', encoding: 'json', useVersions: true }),
      state: root.openDB<Json, Buffer>({
        name: 'state',
        encoding: 'json',
        keyEncoding: 'binary',
        useVersions: true,
      }),
      expiry: root.openDB<Buffer, Buffer>({ name: 'expiry', encoding: 'binary', keyEncoding: 'binary' }),
      publishedKeys: root.openDB<Buffer, Buffer>({
        name: 'published-keys',
        encoding: 'binary',
        keyEncoding: 'binary',
      }),
    };
  } catch (error) {
    throw new SentinelError('engine_unavailable', `cannot open ${path}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/**
 * LMDB keeps a thread's snapshot until the next turn of its event loop; call this before reading what another
 * thread has just announced.
 */
export function refresh(store: Store): void {
  store.root.resetReadTxn();
}

/** Writes everything that `writes` puts and removes, all or nothing; resolves when durable. Throws `engine_unavailable`. */
export async function writeTogether(store: Store, writes: () => void): Promise<void> {
  await durable(store, () => store.root.batch(writes));
}

/** LMDB damages the memory of the process when a write finds no room, so none is begun on a disk that is nearly full. */
const leastFreeBytes = 32 * 2 ** 20;

/** Nothing fills that much of a disk within so many milliseconds. */
const roomFor = 5;
const lookedAt = new Map<string, number>();

/** Why nothing may be written now; undefined when it may. */
export function troubleOf({ path, file }: Pick<Store, 'path' | 'file'>): string | undefined {
  if (!file.isThere())
    return `${path} was deleted, emptied or replaced while the service has it open: nothing that is written would be kept; put it back or restart the service`;
  const now = performance.now();
  if (now - (lookedAt.get(path) ?? -Infinity) < roomFor) return undefined;
  const { bavail, bsize } = statfsSync(dirname(path));
  if (bavail * bsize < leastFreeBytes)
    return `the disk of ${path} is full: it has less than ${leastFreeBytes / 2 ** 20} MiB left`;
  lookedAt.set(path, now);
  return undefined;
}

function checkFile(store: Store): void {
  const trouble = troubleOf(store);
  if (trouble !== undefined) throw new SentinelError('engine_unavailable', trouble);
}

/** Awaits a write and names its failure; false when the write's condition did not hold. */
export async function durable(store: Store, write: () => Promise<boolean>): Promise<boolean> {
  checkFile(store);
  let written: boolean;
  try {
    written = await write();
  } catch (error) {
    const cause = await commitError(error);
    throw new SentinelError(
      'engine_unavailable',
      `the engine could not write to disk (is it full?): ${messageOf(cause)}`,
      {
        cause,
      },
    );
  }
  // It may have gone in between.
  if (!store.file.isThere()) checkFile(store);
  return written;
}

/** lmdb hides why a commit failed in a promise of its own, which must be handled, and may come a little later. */
async function commitError(thrown: unknown): Promise<unknown> {
  const reason = (thrown as { commitError?: Promise<unknown> }).commitError;
  if (!reason) return thrown;
  const later = new Promise<unknown>((resolve) => {
    setImmediate(() => resolve(thrown));
  });
  return await Promise.race([reason.catch((cause: unknown) => cause), later]);
}

/** A place in a partition's log, and the counters there. */
export interface Mark {
  /** Offset of the next message. */
  offset: number;
  /** Events before that message, since the partition began. */
  events: number;
  /** Events before its block. */
  blockEvents: number;
  /** Bytes before its block. */
  bytes: number;
}

/** What a writer has published; written by that writer only, with every commit. Key: partition, topic, writer. */
export interface PartitionRecord {
  /** Number of the next block. */
  blocks: number;
  events: number;
  bytes: number;
}

/** Where a group stands; written by the group's consumer only. Key: group, topic, group. */
export interface GroupRecord {
  /** By writer. A missing one means the group has settled nothing of that partition yet. */
  marks: [string, Mark][];
  /** Deferred for a retry. */
  waiting: { events: number; bytes: number };
}

/** Up to where blocks were deleted, by writer. Changed by any thread, with compare-and-set. Key: topic, topic. */
export interface TopicRecord {
  trimmed: [string, Mark][];
}
