import { SentinelError } from '../model/errors.ts';
import type { EmbeddedExport, ExportedMessage, ExportedState } from './embedded/export.ts';
import type { NatsImport } from './nats/import.ts';

const batchMessages = 500;
const batchBytes = 8 * 1024 * 1024;

/** What is not there yet. */
export async function carryMessages(
  source: EmbeddedExport,
  target: NatsImport,
  topic: string,
  group: string | undefined,
): Promise<void> {
  const { fingerprint } = await import('./nats/read-back.ts');
  // From a run that was interrupted.
  const there = await target.fingerprints(topic, group);
  let batch: ExportedMessage[] = [];
  let bytes = 0;
  const flush = async () => {
    await target.put(topic, group, batch);
    batch = [];
    bytes = 0;
  };
  for await (const message of source.messages(topic, group)) {
    if (there.has(fingerprint(message.delivery))) continue;
    batch.push(message);
    bytes += message.delivery.body.length;
    if (batch.length >= batchMessages || bytes >= batchBytes) await flush();
  }
  await flush();
}

/** Throws `engine_unavailable` unless the same messages are on both sides. */
export async function checkMessages(
  source: EmbeddedExport,
  target: NatsImport,
  topic: string,
  group: string | undefined,
): Promise<{ messages: number; events: number }> {
  const { fingerprint } = await import('./nats/read-back.ts');
  const there = await target.fingerprints(topic, group);
  const total = [...there.values()].reduce((sum, n) => sum + n, 0);
  let messages = 0;
  let events = 0;
  let missing = 0;
  for await (const { delivery } of source.messages(topic, group)) {
    messages++;
    events += delivery.events;
    if (there.get(fingerprint(delivery)) !== 1) missing++;
  }
  if (missing > 0 || total !== messages)
    throw new SentinelError(
      'engine_unavailable',
      `${topic}${group === undefined ? '' : ` for ${group}`}: ${messages} messages were to be carried over, ${total} are there, and ${missing} of them are not the same; nothing was removed, run it again`,
    );
  return { messages, events };
}

export async function carryState(source: EmbeddedExport, target: NatsImport): Promise<void> {
  let batch: ExportedState[] = [];
  for await (const entry of source.state()) {
    batch.push(entry);
    if (batch.length < batchMessages) continue;
    await target.putState(batch);
    batch = [];
  }
  await target.putState(batch);
}

/** Returns the number of entries; throws `engine_unavailable` unless they are the same on both sides. */
export async function checkState(source: EmbeddedExport, target: NatsImport): Promise<number> {
  let entries = 0;
  const different: string[] = [];
  for await (const { key, value, expiresAt } of source.state()) {
    const found = await target.readState(key);
    // It may have expired between the two looks.
    if (found === undefined && expiresAt !== undefined && expiresAt <= Date.now()) continue;
    entries++;
    if (JSON.stringify(found) !== JSON.stringify(value)) different.push(key);
  }
  if (different.length > 0)
    throw new SentinelError(
      'engine_unavailable',
      `state: ${different.length} of ${entries} entries are not the same, the first is ${different[0]}; nothing was removed, run it again`,
    );
  return entries;
}
