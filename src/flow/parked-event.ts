import type { ContractRegistry } from '../contracts/registry.ts';
import type { ReplayTrail } from '../model/event.ts';
import { parseExact } from '../model/exact-json.ts';
import type { JsonObject } from '../model/json.ts';
import { type CopyHeader, decodeCopy } from '../load/replicas/message.ts';
import { createCopyRows } from '../load/replicas/rows.ts';
import { errorSignature } from '../validate/signature.ts';
import { type Candidates, addCandidate } from './candidates.ts';
import type { Outbox } from './outbox.ts';

/**
 * The first line of a `parked_event` message; the second is the event, as in a copy. Versions before 0.3 parked the rows for a
 * main destination that was down.
 */
export interface ParkedHeader extends Omit<CopyHeader, 'replay'> {
  replay?: ReplayTrail;
  /** The event as it was received, where that is not the second line. */
  raw?: string;
}

export const decodeParked = (body: Uint8Array): { header: ParkedHeader; text: string } =>
  decodeCopy<ParkedHeader>(body);

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
