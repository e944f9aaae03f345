import type { ContractRegistry } from '../contracts/registry.ts';
import type { Delivery } from '../engine/engine.ts';
import type { FailedEvent, ReplayTrail } from '../model/event.ts';
import { parseExact } from '../model/exact-json.ts';
import type { JsonObject } from '../model/json.ts';
import { copyOf } from '../load/replicas/feed.ts';
import { type CopyHeader, decodeCopy, encodeCopy } from '../load/replicas/message.ts';
import { createCopyRows } from '../load/replicas/rows.ts';
import type { Row } from '../load/destination.ts';
import { errorSignature } from '../validate/signature.ts';
import type { Claim, OneWay } from './one-way.ts';

/** A row that waits for the main destination, and what a dead letter would need to know of it. */
export interface ParkedEvent {
  row: Row;
  /** The event as it was received, JSON text. */
  raw: string;
  replay: ReplayTrail | undefined;
}

/** The first line of a `parked_event` message; the second is the event, as in a copy. */
export interface ParkedHeader extends Omit<CopyHeader, 'replay'> {
  replay?: ReplayTrail;
  /** The event as it was received, where that is not the second line. */
  raw?: string;
}

export function encodeParked({ row, raw, replay }: ParkedEvent): Buffer {
  const { header, text } = copyOf(row, raw);
  const parked: ParkedHeader = {
    ...header,
    ...(replay === undefined ? undefined : { replay }),
    ...(text === raw ? undefined : { raw }),
  };
  return encodeCopy(parked, text);
}

export const decodeParked = (body: Uint8Array): { header: ParkedHeader; text: string } =>
  decodeCopy<ParkedHeader>(body);

/**
 * Makes rows of parked events again, without late copies of what is a dead letter by now. What the contract, which may be another one by now,
 * does not accept any more takes the way of any failed event (`failed`).
 */
export function createParkedRows(
  contracts: Pick<ContractRegistry, 'get'>,
  oneWay: Pick<OneWay, 'claim'>,
): (
  batch: readonly Delivery[],
  outbox: { failed(event: FailedEvent): void },
) => Promise<{ events: ParkedEvent[]; claim: Claim }> {
  const rowOf = createCopyRows(contracts);

  return async (batch, outbox) => {
    const events: ParkedEvent[] = [];
    const parked = batch.map(({ body }) => decodeParked(body));
    const claim = await oneWay.claim(
      parked.map(({ header: { request_id: requestId, received_at: receivedAt, replay } }) => ({
        requestId,
        receivedAt,
        replay,
      })),
    );
    for (const { header, text } of parked) {
      const { request_id, received_at, source, headers, contract, version, replay, raw = text } = header;
      if (claim.refuses(request_id, replay)) continue;
      const row = rowOf({ header, text });
      if (row.ok) {
        events.push({ row: row.value, raw, replay });
        continue;
      }
      claim.letGo(request_id, replay);
      const violations = row.error;
      const event = parseExact(text) as JsonObject;
      const jsonSchema = contracts.get(contract, version)?.jsonSchema ?? {};
      const reception = { request_id, received_at, source, headers, ...(replay && { replay }) };
      const signature = errorSignature({ contract, version, source, violations, event, jsonSchema });
      outbox.failed({ ...reception, contract, version, signature, violations, raw });
    }
    return { events, claim };
  };
}
