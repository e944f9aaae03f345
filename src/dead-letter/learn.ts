import type { ContractRegistry } from '../contracts/registry.ts';
import { parseExact } from '../ingest/exact-json.ts';
import type { JsonObject } from '../json.ts';
import type { RuleStore } from '../repair/rule-store.ts';
import { type Result, fail, ok } from '../result.ts';
import { fillEnvelope } from '../validate/envelope.ts';
import type { DeadLetter } from './dead-letter.ts';
import { inferEdit } from './infer.ts';

/** Makes a rule, at once active, of a person's edit of a dead letter. Its id, or why the edit makes none. */
export async function learnFromPerson(
  { contracts, rules }: { contracts: ContractRegistry; rules: RuleStore },
  letter: DeadLetter,
  edited: JsonObject,
): Promise<Result<string>> {
  const contract = contracts.get(letter.contract, letter.version);
  if (contract === undefined)
    return fail(`there is no contract ${letter.contract} ${letter.version} any more`);
  const event = parseExact(letter.raw) as JsonObject;
  const facts = { requestId: letter.request_id, receivedAt: letter.received_at, source: letter.source };
  fillEnvelope(event, contract, facts);
  const target = { ...edited };
  fillEnvelope(target, contract, facts);

  const validation = contract.validate(event);
  if (validation.ok) return fail('the event is valid as it was received');
  const { violations } = validation;
  const failure = { contract, source: letter.source, event, violations, signature: letter.signature };
  const inferred = inferEdit(failure, target);
  if (inferred.unlearnable !== undefined) return fail(inferred.unlearnable);
  const evidence = [`a person's edit of dead letter ${letter.id}`];
  const lesson = await rules.learn({
    failure,
    plan: inferred.plan,
    origin: 'person',
    evidence,
    approval: 'auto',
  });
  return lesson.kind === 'learned' || lesson.kind === 'known'
    ? ok(lesson.rule.id)
    : fail(`the rule was not taken: ${lesson.kind}`);
}
