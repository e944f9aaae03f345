import transaction from '../../../contracts/v1/transaction.ts';
import type { Contract, Validation } from '../../../src/contracts/contract.ts';
import type { Row } from '../../../src/load/destination.ts';
import { encodeRecord } from '../../../src/ingest/record.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import type { Plan } from '../../../src/model/plan.ts';
import type { Rule } from '../../../src/model/rule.ts';

const validations = new Map<string, Validation>();

/** A contract whose answers are remembered, as the same few events come thousands of times. */
export const contract: Contract = {
  ...transaction,
  validate(event) {
    const text = JSON.stringify(event);
    const validation = validations.get(text) ?? transaction.validate(event);
    validations.set(text, validation);
    return validation;
  },
};

/** Every event here has drifted; some workers know a rule for it, others do not. */
export const plan: Plan = { operations: [{ op: 'move', from: '/mail', to: '/email' }] };

export const rule = { id: 'rule-1', plan } as Rule;

export const receivedAt = Date.UTC(2026, 0, 15);
export const idOf = (n: number) => `0199d0c4-9a5e-7c0b-8a10-00000000000${n}`;

/** A record with one event; events with the same key are the same to the destination. */
export function recordOf(n: number, key: number, replay?: { round: number; original: string }): Buffer {
  const event = {
    event_id: `0192d0c4-9a5e-7c0b-8a10-5a6f3f1c2b3${key}`,
    timestamp: '2026-11-23T20:48:31Z',
    source: 'shop',
    version: '1.0.0',
    amount: '12.50',
    currency: 'EUR',
    user_id: '5f1c8a52-6a0b-4c1e-9a38-0a2b7c9d1e2f',
    mail: 'ana@example.com',
  };
  return encodeRecord(
    { id: idOf(n), at: receivedAt, n: 1, ...(replay && { replay }) },
    JSON.stringify(event),
  );
}

export function repairedEvent({ mail, ...event }: JsonObject, isRefused = false): JsonObject {
  return { ...event, email: mail!, ...(isRefused ? { description: refusedText } : undefined) };
}

const refusedText = 'what no column takes';
export const isRefused = ({ values }: Row): boolean => values['description'] === refusedText;
export const keyOf = ({ values }: Row): string => JSON.stringify(values[transaction.key[0]!.slice(1)]);
