import type { ContractRegistry } from '../contracts/registry.ts';
import type { Engine, PendingMessage } from '../engine/engine.ts';
import { type ReplayTrail, parkedTable } from '../model/event.ts';
import { parseExact } from '../model/exact-json.ts';
import type { JsonObject } from '../model/json.ts';
import type { Row } from '../load/destination.ts';
import { copyOf } from '../load/replicas/feed.ts';
import { type CopyHeader, decodeCopy, encodeCopy } from '../load/replicas/message.ts';
import { createCopyRows } from '../load/replicas/rows.ts';
import { errorSignature } from '../validate/signature.ts';
import { type Candidates, addCandidate } from './candidates.ts';
import { groups } from './groups.ts';
import type { Outbox } from './outbox.ts';

/** The first line of a message for a table that takes no rows; the second is the event, as in a copy. */
export interface ParkedHeader extends Omit<CopyHeader, 'replay'> {
  replay?: ReplayTrail;
  /** The event as it was received, where that is not the second line. */
  raw?: string;
}

export function encodeParked(row: Row, raw: string, trail: Pick<ParkedHeader, 'replay' | 'trace'>): Buffer {
  const { header, text } = copyOf(row, raw);
  return encodeCopy<ParkedHeader>({ ...header, ...trail, raw: text === raw ? undefined : raw }, text);
}

export const decodeParked = (body: Uint8Array): { header: ParkedHeader; text: string } =>
  decodeCopy<ParkedHeader>(body);

/** Looks through all events that wait for their tables; see `Engine.findPending`. */
export async function findParked<T>(
  engine: Pick<Engine, 'findPending' | 'stats'>,
  match: (message: PendingMessage) => T | undefined,
): Promise<T | undefined> {
  for (const { topic, bytes } of await engine.stats()) {
    if (parkedTable(topic) === undefined || bytes === 0) continue;
    const found = await engine.findPending(topic, groups.loader, match);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Makes rows of parked events. What the contract, which may be another one by now, does not accept takes the way of any failed event. */
export function createParkedRows(
  contracts: Pick<ContractRegistry, 'get'>,
): (body: Uint8Array, candidates: Candidates, outbox: Outbox) => void {
  const rowOf = createCopyRows(contracts);

  return (body, candidates, outbox) => {
    const { header, text } = decodeParked(body);
    const { request_id, received_at, source, headers, contract, version, replay, raw = text } = header;
    const row = rowOf({ header, text }, replay?.round);
    if (row.ok) {
      addCandidate(candidates, row.value, raw, header);
      return;
    }
    const violations = row.error;
    const event = parseExact(text) as JsonObject;
    const jsonSchema = contracts.get(contract, version)?.jsonSchema ?? {};
    const signature = errorSignature({ contract, version, source, violations, event, jsonSchema });
    const reception = { request_id, received_at, source, headers, replay };
    outbox.failed({ ...reception, contract, version, signature, violations, raw });
  };
}
