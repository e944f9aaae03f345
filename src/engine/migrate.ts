import { randomUUID } from 'node:crypto';
import { access, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config, NatsConfig } from '../config/load.ts';
import type { TopicStats } from './engine.ts';
import { carryMessages, carryState, checkMessages, checkState } from './carry.ts';
import type { EmbeddedExport } from './embedded/export.ts';
import type { NatsImport } from './nats/import.ts';
import { SentinelError } from '../model/errors.ts';

/** How much there was of one kind, and how much of it was found again on the other side. */
export interface Carried {
  what: string;
  messages: number;
  events: number;
}

export interface Migration {
  carried: Carried[];
  /** Where the old queue lies now; absent in a dry run. */
  kept?: string;
}

/** What was done, noted in the target: an interrupted migration goes on there. */
interface Progress {
  source: string;
  done: string[];
}

const noteKey = 'migration';
/** Of a queue that was carried over; the date and something unique follow. */
const carriedPrefix = 'queue.migrated-';

/**
 * Carries what waits in a data folder's queue, and its state (rules, dead letters, pauses, …), over to NATS. Everything
 * is read back and compared, by its id and content; then the old queue is renamed, so that nothing is worked on twice.
 * A second run after an interruption goes on. Throws `data_folder_in_use`, and `conflict` when the target is in use.
 */
export async function migrate(
  { dataDir, engine }: Pick<Config, 'dataDir'> & { engine: NatsConfig },
  options: { dryRun: boolean; progress: (line: string) => void },
): Promise<Migration> {
  const folder = join(dataDir, 'queue');
  await access(join(folder, 'engine.mdb')).catch(async (error: unknown) => {
    const carried = (await readdir(dataDir).catch(() => [])).filter((name) => name.startsWith(carriedPrefix));
    const hint =
      carried.length === 0 ? '' : `; it was carried over before, and is kept in ${carried.join(', ')}`;
    throw new SentinelError('not_found', `there is no queue of the embedded engine in ${folder}${hint}`, {
      cause: error,
    });
  });
  const { openEmbeddedExport } = await import('./embedded/export.ts');
  const { openNatsImport } = await import('./nats/import.ts');
  const source = await openEmbeddedExport(folder);
  try {
    if (options.dryRun) return { carried: await count(source) };
    const target = await openNatsImport(engine);
    try {
      const carried = await carry(source, target, await sourceId(folder), options.progress);
      const kept = join(
        dataDir,
        `${carriedPrefix}${new Date().toISOString().slice(0, 10)}-${randomUUID().slice(0, 8)}`,
      );
      await source.close();
      await rename(folder, kept);
      return { carried, kept };
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function carry(
  source: EmbeddedExport,
  target: NatsImport,
  id: string,
  tell: (line: string) => void,
): Promise<Carried[]> {
  const progress = (await target.note(noteKey)) as Progress | undefined;
  if (progress?.source !== id && !(await target.isEmpty()))
    throw new SentinelError(
      'conflict',
      'there are events or state under engine.prefix already, which are not from this data folder; choose another prefix',
    );
  const done = new Set(progress?.source === id ? progress.done : []);
  const note = async (what: string) => {
    done.add(what);
    await target.takeNote(noteKey, { source: id, done: [...done] });
  };
  await target.takeNote(noteKey, { source: id, done: [...done] });

  const carried: Carried[] = [];
  for (const topic of source.topics()) {
    await prepare(source, target, topic);
    for (const group of readersOf(topic)) {
      const what = group === undefined ? topic.topic : `${topic.topic} for ${group}`;
      if (!done.has(what)) await carryMessages(source, target, topic.topic, group);
      carried.push({ what, ...(await checkMessages(source, target, topic.topic, group)) });
      tell(`${what}: ${carried.at(-1)!.messages} messages`);
      await note(what);
    }
  }
  if (!done.has('state')) await carryState(source, target);
  carried.push({ what: 'state', messages: await checkState(source, target), events: 0 });
  tell(`state: ${carried.at(-1)!.messages} entries`);
  await note('state');
  return carried;
}

/** Each group has its own; messages of a topic without groups are carried once. */
const readersOf = ({ groups }: TopicStats): (string | undefined)[] =>
  groups.length === 0 ? [undefined] : groups.map(({ group }) => group);

async function prepare(source: EmbeddedExport, target: NatsImport, topic: TopicStats): Promise<void> {
  const groups = topic.groups.map(({ group }) => group);
  // What is published anew counts by itself.
  let again = 0;
  if (groups.length === 0)
    for await (const { delivery } of source.messages(topic.topic, undefined)) again += delivery.events;
  await target.prepare(topic.topic, groups, topic.published - again);
}

async function count(source: EmbeddedExport): Promise<Carried[]> {
  const carried: Carried[] = [];
  for (const topic of source.topics())
    for (const group of readersOf(topic)) {
      const what = group === undefined ? topic.topic : `${topic.topic} for ${group}`;
      const total = { what, messages: 0, events: 0 };
      for await (const { delivery } of source.messages(topic.topic, group)) {
        total.messages++;
        total.events += delivery.events;
      }
      carried.push(total);
    }
  let entries = 0;
  for await (const _ of source.state()) entries++;
  return [...carried, { what: 'state', messages: entries, events: 0 }];
}

/** Names the queue, so that an interrupted migration of it is known again. */
async function sourceId(folder: string): Promise<string> {
  const file = join(folder, 'migration-id');
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const id = randomUUID();
    await writeFile(file, id);
    return id;
  }
}
