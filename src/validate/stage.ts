import { brokenBy } from '../contracts/fence.ts';
import type { Contract } from '../contracts/contract.ts';
import { quarantined } from '../contracts/undeclared.ts';
import type { ContractRegistry } from '../contracts/registry.ts';
import type { JsonObject } from '../model/json.ts';
import type { StoredRule } from '../model/rule.ts';
import type { RuleStore } from '../repair/rules/store.ts';
import type { Repaired } from '../repair/plans/trial.ts';
import { validateWhole } from '../repair/plans/whole.ts';
import { type ContractChoice, type UnknownContract, chooseContract } from './choose-contract.ts';
import { type EnvelopeFacts, fillEnvelope, sourceOf } from './envelope.ts';
import { errorSignature } from './signature.ts';
import type { Violation } from '../model/violation.ts';

/** What the validator says of one event: look up, decide. (To learn is the healers' part.) */
export type Verdict =
  | {
      kind: 'valid';
      source: string;
      contract: Contract;
      value: JsonObject;
      /** The fields of `value` that the event's text does not have, or has otherwise. */
      changed: JsonObject | undefined;
    }
  /** A known rule repaired it; `event` is the plan's result, `value` what the contract made of it, with `changed` fields. */
  | {
      kind: 'repaired';
      source: string;
      contract: Contract;
      value: JsonObject;
      changed: JsonObject | undefined;
      event: JsonObject;
      rule: StoredRule;
      /** The fields that the envelope filled in. */
      filled: readonly string[] | undefined;
    }
  | { kind: 'invalid'; source: string; contract: Contract; violations: Violation[]; signature: string }
  /** Its contract could not be told, or could not judge it: no repair can help, a person must look. */
  | ({ kind: 'unknown'; source: string; signature: string } & UnknownContract);

/** A dead letter that comes again: `edited` by a person, who knows better what is to be left under which name. */
export type Again = 'edited' | 'as received';

export type Validate = (event: JsonObject, facts: EnvelopeFacts, again?: Again) => Verdict;

interface Deps {
  contracts: ContractRegistry;
  rules: Pick<RuleStore, 'find' | 'repairExpected'>;
  choice: ContractChoice;
}

export function createValidate(deps: Deps): Validate {
  const { contracts, rules, choice } = deps;

  return (event, facts, again) => {
    const source = sourceOf(event, facts.source);
    const chosen = chooseContract(event, source, contracts, choice, facts.headers);
    if (facts.notAt !== undefined)
      return unjudged(chosen.ok ? chosen.value : chosen.error, source, notAnEnvelope(facts.notAt));
    if (!chosen.ok) return unjudged(chosen.error, source, chosen.error.violation);

    const contract = chosen.value;
    const filled = fillEnvelope(event, contract, facts);
    const expected = rules.repairExpected(contract, source, event);
    if (expected !== undefined) {
      const { rule, repaired } = expected;
      return held(contract, source, repaired.value) ?? repairedBy(rule, repaired, source, contract, filled);
    }
    const validation = again === 'edited' ? contract.validate(event) : validateWhole(contract, event);
    if (validation.ok) {
      const { value, changed } = validation;
      const waits = held(contract, source, value);
      if (waits !== undefined) return waits;
      return { kind: 'valid', source, contract, value, changed: withFilled(changed, filled, value) };
    }

    const { violations } = validation;
    const broken = brokenBy(violations);
    if (broken !== undefined) return unjudged(contract, source, broken);
    const found = rules.find(contract.name, contract.version, source, violations, event);
    if (found.kind === 'rule') {
      const repaired = found.apply(event, violations);
      if (repaired.ok)
        return (
          held(contract, source, repaired.value.value) ??
          repairedBy(found.rule, repaired.value, source, contract, filled)
        );
    }
    const { name, version, jsonSchema } = contract;
    const signature = errorSignature({ contract: name, version, source, violations, event, jsonSchema });
    return { kind: 'invalid', source, contract, violations, signature };
  };
}

/** A valid event that its contract has wait for a person. */
function held(contract: Contract, source: string, value: JsonObject): Verdict | undefined {
  const violation = quarantined(contract, value);
  return violation && unjudged(contract, source, violation);
}

function unjudged(chosen: Contract | UnknownContract, source: string, violation: Violation): Verdict {
  const contract = 'name' in chosen ? chosen.name : chosen.contract;
  const unknown = { contract, version: chosen.version, violation };
  return { kind: 'unknown', source, ...unknown, signature: signatureOfUnknown(unknown, source) };
}

function repairedBy(
  rule: StoredRule,
  { event, value, changed }: Repaired,
  source: string,
  contract: Contract,
  filled: readonly string[] | undefined,
): Verdict {
  return { kind: 'repaired', source, contract, value, changed, event, rule, filled };
}

/** A contract without required fields would take it, and load a row of nothing. */
const notAnEnvelope = (pointer: string): Violation => ({
  path: '',
  code: 'not_an_envelope',
  message: `The source's setting "events: ${pointer}" finds no events in this body, so that it is kept whole; correct the setting, or edit the letter to be the event.`,
  expected: `events at ${pointer}`,
  found: 'object',
});

/** What the envelope filled in is the event's own for the contract, but not in the text that was sent. */
function withFilled(
  changed: JsonObject | undefined,
  filled: readonly string[] | undefined,
  value: JsonObject,
): JsonObject | undefined {
  if (filled === undefined) return changed;
  const all = { ...changed };
  for (const field of filled) all[field] = value[field]!;
  return all;
}

/** The version is left out of the signature: it is the sender's text, and could be another for each event. */
function signatureOfUnknown({ contract, violation }: UnknownContract, source: string): string {
  return errorSignature({
    contract,
    version: '',
    source,
    violations: [violation],
    event: {},
    jsonSchema: {},
  });
}
