import type { Contract } from '../contracts/contract.ts';
import type { JsonObject } from '../model/json.ts';
import type { Plan } from '../model/plan.ts';
import { heuristicsHealer } from '../repair/healers/heuristics/index.ts';
import type { Failure, Healer } from '../repair/healing/healer.ts';
import { tryPlan } from '../repair/plans/trial.ts';
import { validateWhole } from '../repair/plans/whole.ts';
import { errorSignature } from '../validate/signature.ts';
import { withEnvelope } from './check-event.ts';

export type RepairTrial =
  | { repaired: true; event: JsonObject; plan: Plan }
  /** `valid`: there is nothing to repair. */
  | { repaired: false; valid: boolean; reason: string };

interface Options {
  source?: string;
}

/** What a repair plan makes of an event, with every check that the service has for a rule. */
export function tryRule(contract: Contract, plan: Plan, event: object, options: Options = {}): RepairTrial {
  const failure = failureOf(contract, event, options);
  return failure === undefined ? nothingToDo : tried(failure, plan);
}

/** The same with the plan that a healer proposes for the event; the heuristics by default. */
export async function tryHealing(
  contract: Contract,
  event: object,
  { healer = heuristicsHealer(), ...options }: Options & { healer?: Healer } = {},
): Promise<RepairTrial> {
  const failure = failureOf(contract, event, options);
  if (failure === undefined) return nothingToDo;
  const proposal = await healer.propose(failure, new AbortController().signal);
  if (proposal.kind === 'refused') return { repaired: false, valid: false, reason: proposal.reason };
  return tried(failure, proposal.plan);
}

const nothingToDo: RepairTrial = { repaired: false, valid: true, reason: 'the event is valid' };

function failureOf(contract: Contract, given: object, { source = 'test' }: Options): Failure | undefined {
  const event = withEnvelope(contract, given, source);
  const validation = validateWhole(contract, event);
  if (validation.ok) return undefined;
  const { violations } = validation;
  const { name, version, jsonSchema } = contract;
  const signature = errorSignature({ contract: name, version, source, violations, event, jsonSchema });
  return { contract, source, event, violations, signature };
}

function tried(failure: Failure, plan: Plan): RepairTrial {
  const result = tryPlan(failure, plan);
  return result.ok
    ? { repaired: true, event: result.value.value, plan }
    : { repaired: false, valid: false, reason: result.error.reason };
}
