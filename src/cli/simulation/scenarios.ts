import type { Contract } from '../../contracts/contract.ts';
import { breachesOf } from '../../contracts/sample/breaches.ts';
import { sampleEvent } from '../../contracts/sample/sample.ts';
import type { JsonObject } from '../../model/json.ts';
import { type Result, fail, ok } from '../../model/result.ts';
import type { EventTrail } from '../../server/event-info.ts';

/** What is sent, and how it must end. */
export interface Scenario {
  name: string;
  event: JsonObject;
  expected: EventTrail['status'];
  /** JSON Pointer of the field that a violation must name. */
  field?: string;
}

const transaction = {
  event_id: '0b8f4a52-6d0e-4c8e-9d7a-3f1f5f0f9a01',
  timestamp: '2026-01-15T10:30:00Z',
  source: 'simulation',
  amount: '49.90',
  currency: 'EUR',
  user_id: '5f0c1d0e-8a3b-4d7e-9c55-1f2e3d4c5b6a',
  email: 'ada@example.com',
};

/** Of the contract `transaction`, which the package ships. */
export const shippedScenarios: readonly Scenario[] = [
  { name: 'a good event', event: transaction, expected: 'loaded' },
  {
    name: 'a drifted event (user_email for email)',
    event: renamed(
      { ...transaction, event_id: '0b8f4a52-6d0e-4c8e-9d7a-3f1f5f0f9a02' },
      'email',
      'user_email',
    ),
    expected: 'repaired',
  },
  {
    name: 'a breach of the contract (amount is no number)',
    event: { ...transaction, event_id: '0b8f4a52-6d0e-4c8e-9d7a-3f1f5f0f9a03', amount: 'not-a-number' },
    expected: 'dead_letter',
    field: '/amount',
  },
];

/** A sample of the contract, and the sample with each field broken. Fails when no sample can be made. */
export function scenariosOf(contract: Contract): Result<Scenario[]> {
  const sample = sampleEvent(contract);
  if (!sample.ok) return fail(sample.error);
  return ok([
    { name: 'a good event', event: sample.value, expected: 'loaded' },
    ...breachesOf(contract.jsonSchema, sample.value).map(({ kind, path, event }): Scenario => ({
      name: `${kind} ${path}`,
      event,
      expected: 'dead_letter',
      field: path,
    })),
  ]);
}

function renamed(event: JsonObject, from: string, to: string): JsonObject {
  const { [from]: value, ...rest } = event;
  return { ...rest, [to]: value! };
}
