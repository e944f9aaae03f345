import type { ReplyTo } from '../api/client.ts';
import type { DeadLetter } from '../model/dead-letter.ts';
import type { PendingMessage } from '../engine/engine.ts';
import { healingKey } from '../dead-letter/store.ts';
import { SentinelError } from '../model/errors.ts';
import { type UnrecoverableEvent, asideTopics, topics } from '../model/event.ts';
import { parseExact } from '../model/exact-json.ts';
import { type RecordHeader, headerOf } from '../ingest/record.ts';
import { indexOfRequestId } from '../ingest/request-id.ts';
import type { Json } from '../model/json.ts';
import type { RepairTrail, RepeatTrail } from '../model/loaded-event.ts';
import { groups } from '../flow/groups.ts';
import { decodeParked, findParked } from '../flow/parked-event.ts';
import type { ServerContext } from './context.ts';

export type EventTrail = ReplyTo<'GET /api/v1/events/{id}'>;

/** What is known of an event by the place where it was found. */
export interface FoundInfo extends Omit<EventTrail, 'received_at'> {
  /** Milliseconds since 1970. */
  receivedAt?: number;
}

/**
 * Looks where an event can be, from the end of its way to the beginning. It may move on while we look, so what was
 * in no place is looked for once more.
 */
export async function eventInfo(id: string, context: ServerContext): Promise<FoundInfo | undefined> {
  let unreachable: unknown;
  const known = () =>
    settled(id, context).catch((error: unknown) => {
      // What has not got to the destination is known without it.
      if (!(error instanceof SentinelError && error.code === 'destination_unavailable')) throw error;
      unreachable = error;
      return undefined;
    });
  const found =
    (await known()) ??
    (await inQueue(id, context)) ??
    (await parked(id, context)) ??
    (await beforeItsLetter(id, context)) ??
    (await rolledBack(id, context)) ??
    (await known());
  if (found === undefined && unreachable !== undefined) throw unreachable;
  return found;
}

async function settled(
  id: string,
  { config, letters, pipeline, engine }: ServerContext,
): Promise<FoundInfo | undefined> {
  const letter = await letters.get(id);
  if (letter !== undefined && letter.status !== 'replayed') return infoOf(letter);

  const loaded = await pipeline.find(id);
  if (loaded !== undefined) {
    const { status, contract, version, source, repair, repeat, table } = loaded;
    const isRow = status !== 'duplicate';
    const copies =
      isRow && config.destinations.length > 0
        ? await pipeline.copies({ requestId: id, contract, source })
        : undefined;
    return {
      request_id: id,
      status,
      contract,
      version,
      source,
      table: isRow ? table : undefined,
      ...(repair && repairOf(repair)),
      repeat: repeat && repeatOf(repeat),
      dead_letter_id: letter?.id,
      destinations: copies,
    };
  }
  // A replayed letter is marked just before the batch commits.
  if (letter !== undefined) return infoOf(letter);

  const healing = await engine.state.get<{ contract: string; version: string; source: string }>(
    healingKey(id),
  );
  return healing === undefined ? undefined : { request_id: id, status: 'healing', ...healing };
}

const repairOf = ({ healer, ruleId, plan, original, result, byHand }: RepairTrail): Partial<FoundInfo> => ({
  healer,
  rule_id: ruleId,
  plan: JSON.parse(plan) as Json,
  // They age out.
  original: original === '' ? undefined : parseExact(original),
  result: result === '' ? undefined : parseExact(result),
  by_hand: byHand,
});

const repeatOf = ({ of, isChanged, wasReplaced, event }: RepeatTrail): FoundInfo['repeat'] => ({
  of,
  changed: isChanged,
  replaced: wasReplaced,
  event: event === undefined ? undefined : parseExact(event),
});

function infoOf(letter: DeadLetter): FoundInfo {
  const { id, request_id, contract, version, source, violations, raw, received_at: receivedAt } = letter;
  const status = statusOf[letter.status];
  return {
    request_id,
    status,
    contract,
    version,
    source,
    violations,
    original: parseExact(raw),
    dead_letter_id: id,
    receivedAt,
  };
}

const statusOf = {
  open: 'dead_letter',
  replaying: 'accepted',
  replayed: 'accepted',
  discarded: 'discarded',
} as const;

async function inQueue(id: string, { engine }: ServerContext): Promise<FoundInfo | undefined> {
  const holds = ({ body }: PendingMessage): RecordHeader | undefined => {
    const candidate = headerOf(body);
    return indexOfRequestId(candidate.id, candidate.n, id) === -1 ? undefined : candidate;
  };
  let header: RecordHeader | undefined;
  for (const topic of [topics.raw, ...asideTopics])
    header ??= await engine.findPending(topic, groups.pipeline, holds);
  if (header === undefined) return undefined;
  const { source = null, at: receivedAt } = header;
  return { request_id: id, status: 'accepted', contract: null, version: null, source, receivedAt };
}

/** Waits for its table. */
async function parked(id: string, { engine }: ServerContext): Promise<FoundInfo | undefined> {
  const header = await findParked(engine, ({ body }) => {
    const candidate = decodeParked(body).header;
    return candidate.request_id === id ? candidate : undefined;
  });
  if (header === undefined) return undefined;
  const { contract, version, source, received_at: receivedAt } = header;
  return { request_id: id, status: 'accepted', contract, version, source, receivedAt };
}

/** On its way to the dead letters; one that no healer was asked about is known nowhere else. */
async function beforeItsLetter(id: string, { engine }: ServerContext): Promise<FoundInfo | undefined> {
  const event = await engine.findPending(topics.unrecoverable, groups.deadLetters, ({ body }) => {
    const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    if (!text.includes(id)) return undefined;
    const candidate = JSON.parse(text.toString()) as UnrecoverableEvent;
    return candidate.request_id === id ? candidate : undefined;
  });
  if (event === undefined) return undefined;
  const { contract, version, source, violations, raw, received_at: receivedAt } = event;
  const original = parseExact(raw);
  return { request_id: id, status: 'accepted', contract, version, source, violations, original, receivedAt };
}

/** A rollback has taken its row, and its dead letter follows. */
async function rolledBack(id: string, { pipeline }: ServerContext): Promise<FoundInfo | undefined> {
  const withdrawn = await pipeline.onItsWayOut(id);
  if (withdrawn === undefined) return undefined;
  const { contract, version, source, receivedAt, repair } = withdrawn;
  const original = parseExact(repair.original);
  return { request_id: id, status: 'accepted', contract, version, source, original, receivedAt };
}
