import transaction from '../../../contracts/v1/transaction.ts';
import type { Contract } from '../../../src/contracts/contract.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import { failureOf, transactionWith } from '../../helpers/healing.ts';
import { heal as healOf, healer } from './evidence-support.ts';

export const propose = (event: JsonObject, contract: Contract = transaction) =>
  healer.propose(failureOf(event, contract), new AbortController().signal);

/** The event after the healer's plan; the reason when it refuses. */
export const heal = (event: JsonObject, contract: Contract = transaction): Promise<JsonObject | string> =>
  healOf(contract, event);

/** A transaction that lacks a field, with others. */
export const without = (field: string, others: Record<string, unknown>) =>
  transactionWith({ [field]: undefined, ...others });
