import type { Contract } from '../../contracts/contract.ts';
import type { FailedEvent } from '../../model/event.ts';
import { parseExact } from '../../model/exact-json.ts';
import { inspect } from '../../ingest/inspect.ts';
import type { JsonObject } from '../../model/json.ts';
import { fillEnvelope } from '../../validate/envelope.ts';

/** The event as the validator saw it: every digit kept, and the envelope filled with what was fixed at ingest. */
export function readEvent(failed: FailedEvent, contract: Contract): JsonObject {
  const value = JSON.parse(failed.raw) as JsonObject;
  // Depth was limited at ingest; here only the digits matter.
  const inspected = inspect(failed.raw, value, Number.POSITIVE_INFINITY);
  const event = inspected.ok && inspected.value.exact ? (parseExact(failed.raw) as JsonObject) : value;
  const { request_id: requestId, received_at: receivedAt, source } = failed;
  fillEnvelope(event, contract, { requestId, receivedAt, source: source === 'unknown' ? undefined : source });
  return event;
}
