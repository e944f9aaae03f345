import type { Contract } from '../contracts/contract.ts';
import type { ContractRegistry } from '../contracts/registry.ts';
import type { JsonObject } from '../json.ts';
import type { StoredRule } from '../repair/rule.ts';
import type { RuleStore } from '../repair/rule-store.ts';
import { type ContractChoice, type UnknownContract, chooseContract } from './choose-contract.ts';
import { type EnvelopeFacts, fillEnvelope, sourceOf } from './envelope.ts';
import { errorSignature } from './signature.ts';
import type { Violation } from './violation.ts';

/** What the validator says of one event: look up, decide. (To learn is the healers' part.) */
export type Verdict =
  | { kind: 'valid'; source: string; contract: Contract; value: JsonObject }
  /** A known rule repaired it; `event` is the plan's result, `value` what the contract made of it. */
  | {
      kind: 'repaired';
      source: string;
      contract: Contract;
      value: JsonObject;
      event: JsonObject;
      rule: StoredRule;
    }
  | { kind: 'invalid'; source: string; contract: Contract; violations: Violation[]; signature: string }
  | ({ kind: 'unknown'; source: string; signature: string } & UnknownContract);

export type Validate = (event: JsonObject, facts: EnvelopeFacts) => Verdict;

export function createValidate(deps: {
  contracts: ContractRegistry;
  rules: Pick<RuleStore, 'find'>;
  choice: ContractChoice;
}): Validate {
  const { contracts, rules, choice } = deps;

  return (event, facts) => {
    const source = sourceOf(event, facts.source);
    const chosen = chooseContract(event, source, contracts, choice);
    if (!chosen.ok)
      return {
        kind: 'unknown',
        source,
        ...chosen.error,
        signature: signatureOfUnknown(chosen.error, source),
      };

    const contract = chosen.value;
    fillEnvelope(event, contract, facts);
    const validation = contract.validate(event);
    if (validation.ok) return { kind: 'valid', source, contract, value: validation.value };

    const { violations } = validation;
    const found = rules.find(contract.name, contract.version, source, violations, event);
    if (found.kind === 'rule') {
      const repaired = found.apply(event, violations);
      if (repaired.ok) return { kind: 'repaired', source, contract, rule: found.rule, ...repaired.value };
    }
    const { name, version, jsonSchema } = contract;
    const signature = errorSignature({ contract: name, version, source, violations, event, jsonSchema });
    return { kind: 'invalid', source, contract, violations, signature };
  };
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
