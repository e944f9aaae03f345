import type { Contract } from '../../contracts/contract.ts';
import type { FailedEvent } from '../../model/event.ts';
import { parseJson } from '../../model/exact-json.ts';
import type { JsonObject } from '../../model/json.ts';
import { fillEnvelope } from '../../validate/envelope.ts';

/** The event as the validator saw it: every digit kept, and the envelope filled with what was fixed at ingest. */
export function readEvent(failed: FailedEvent, contract: Contract): JsonObject {
  const event = parseJson(failed.raw) as JsonObject;
  const { request_id: requestId, received_at: receivedAt, source } = failed;
  fillEnvelope(event, contract, { requestId, receivedAt, source: source === 'unknown' ? undefined : source });
  return event;
}
