import type { Contract } from '../../../src/contracts/contract.ts';
import { contractFromJsonSchema } from '../../../src/contracts/json-schema/compile.ts';
import type { Json, JsonObject } from '../../../src/model/json.ts';
import { heuristicsHealer } from '../../../src/repair/healers/heuristics/index.ts';
import { tryPlan } from '../../../src/repair/plans/trial.ts';
import { failureOf } from '../../helpers/healing.ts';

export const text = { type: 'string' };
export const number = { type: 'number' };
export const integer = { type: 'integer' };
export const moment = { type: 'string', format: 'date-time' };
export const email = { type: 'string', format: 'email' };
export const object = (properties: JsonObject, required = Object.keys(properties)): JsonObject => ({
  type: 'object',
  properties,
  required,
});

/** A contract whose fields are all required, but for those whose names end in `?`. */
export function contract(name: string, fields: Record<string, Json>): Contract {
  const properties = Object.fromEntries(
    Object.entries(fields).map(([field, schema]) => [field.replace(/\?$/, ''), schema]),
  );
  const required = Object.keys(fields).filter((field) => !field.endsWith('?'));
  return contractFromJsonSchema({
    'x-contract': { name, version: '1.0.0' },
    ...object(properties, required),
  });
}

export const healer = heuristicsHealer();

/** The event after the heuristics' plan; the reason when they refuse. */
export async function heal(
  of: Contract,
  event: JsonObject,
  peers: JsonObject[] = [],
): Promise<JsonObject | string> {
  const failure = { ...failureOf(event, of), peers };
  const proposal = await healer.propose(failure, new AbortController().signal);
  if (proposal.kind === 'refused') return proposal.reason;
  const tried = tryPlan(failure, proposal.plan);
  if (!tried.ok) throw new Error(`the healer proposed a plan that does not work: ${tried.error.reason}`);
  return tried.value.event;
}
