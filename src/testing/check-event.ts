import type { Contract } from '../contracts/contract.ts';
import type { EventOf } from '../contracts/event-of.ts';
import { type JsonObject, cloneJson } from '../model/json.ts';
import type { Violation } from '../model/violation.ts';
import { validateWhole } from '../repair/plans/whole.ts';
import { fillEnvelope } from '../validate/envelope.ts';

export type Checked<Event = JsonObject> =
  { valid: true; event: Event } | { valid: false; violations: Violation[] };

/** What the validator says of an event, before any repair; `event` is what would be loaded. The event given is not changed. */
export function checkEvent<C extends Contract>(
  contract: C,
  event: object,
  { source }: { source?: string } = {},
): Checked<EventOf<C>> {
  const filled = withEnvelope(contract, event, source);
  const validation = validateWhole(contract, filled);
  return validation.ok
    ? { valid: true, event: validation.value as EventOf<C> }
    : { valid: false, violations: validation.violations };
}

/** A copy with the fields that the service fills in. */
export function withEnvelope(contract: Contract, event: object, source: string | undefined): JsonObject {
  const copy = cloneJson(event as JsonObject);
  fillEnvelope(copy, contract, { requestId: crypto.randomUUID(), receivedAt: Date.now(), source });
  return copy;
}
