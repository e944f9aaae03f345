import type { Contract } from '../contracts/contract.ts';
import { parseExact } from '../model/exact-json.ts';
import { type JsonObject, cloneJson, sameJson } from '../model/json.ts';
import type { Reception } from '../model/event.ts';
import type { Failure } from '../repair/healing/healer.ts';
import type { Plan } from '../model/plan.ts';
import { pointerOf } from '../model/pointer.ts';
import { differences } from '../repair/plans/provenance/differences.ts';
import { validateWhole } from '../repair/plans/whole.ts';
import type { RuleStore } from '../repair/rules/store.ts';
import type { PlanPermissions } from '../repair/plans/static-check.ts';
import { type EnvelopeFacts, fillEnvelope } from '../validate/envelope.ts';
import type { Validate } from '../validate/stage.ts';
import type { Violation } from '../model/violation.ts';
import type { DeadLetter } from '../model/dead-letter.ts';
import { inferEdit } from '../repair/healers/person/infer.ts';

/** What learning from people works with. */
export interface EditDeps {
  contracts: { get(name: string, version: string): Contract | undefined };
  rules: RuleStore;
  /** Says what would become of an event, and changes and counts nothing. */
  preview: Validate;
  permissions: PlanPermissions;
}

/** What a person's edit of a dead letter amounts to. */
export interface EditReview {
  /** Whether the edited event would be loaded: its contract accepts it, or a known rule repairs it. */
  valid: boolean;
  /** How the edited event breaks its contract. */
  violations: Violation[];
  /** The structural part, proven; null where there is no contract to tell by. */
  plan: Plan | null;
  /** JSON Pointers of the values of the edited event that the plan does not make. */
  by_hand: string[];
  /** Whether the plan can become a rule. */
  learnable: boolean;
  /** Why it can't. */
  reason?: string;
}

export interface ReviewedEdit {
  review: EditReview;
  /** The letter's event as a healer would see it; absent where there is no contract to tell by. */
  failure?: Failure;
}

export function reviewEdit(deps: EditDeps, letter: DeadLetter, edited: JsonObject): ReviewedEdit {
  const facts = factsOf(letter);
  const isEdited = !sameJson(parseExact(letter.raw), edited);
  const verdict = deps.preview(cloneJson(edited), facts, isEdited ? 'edited' : 'as received');
  const outcome = {
    valid: verdict.kind === 'valid' || verdict.kind === 'repaired',
    violations:
      verdict.kind === 'invalid' ? verdict.violations : verdict.kind === 'unknown' ? [verdict.violation] : [],
  };

  const contract = deps.contracts.get(letter.contract, letter.version);
  if (contract === undefined) {
    const by_hand = changedLeaves(parseExact(letter.raw) as JsonObject, edited);
    const reason = `there is no contract ${letter.contract} ${letter.version}`;
    return { review: { ...outcome, plan: null, by_hand, learnable: false, reason } };
  }
  const failure = failureOf(letter, contract);
  const { plan, byHand, unlearnable } = inferEdit(
    failure,
    completed(letter, contract, edited),
    deps.permissions,
  );
  return {
    failure,
    review: {
      ...outcome,
      plan,
      by_hand: byHand,
      learnable: unlearnable === undefined,
      ...(unlearnable === undefined ? undefined : { reason: unlearnable }),
    },
  };
}

/** The event of a dead letter as the validator saw it, and how it breaks its contract today. */
export function failureOf(letter: DeadLetter, contract: Contract): Failure {
  const event = parseExact(letter.raw) as JsonObject;
  fillEnvelope(event, contract, factsOf(letter));
  const validation = validateWhole(contract, event);
  const violations = validation.ok ? [] : validation.violations;
  return { contract, source: letter.source, event, violations, signature: letter.signature };
}

/** The edited event with the same envelope as the original. */
export function completed(letter: DeadLetter, contract: Contract, edited: JsonObject): JsonObject {
  const event = { ...edited };
  fillEnvelope(event, contract, factsOf(letter));
  return event;
}

export function factsOf({ request_id, received_at, source, headers }: Reception): EnvelopeFacts {
  return {
    requestId: request_id,
    receivedAt: received_at,
    source: source === 'unknown' ? undefined : source,
    headers,
  };
}

/** Pointers of all leaves that are not in the original at the same place: without a plan, all of them are by hand. */
export function changedLeaves(original: JsonObject, edited: JsonObject): string[] {
  return differences(original, edited).appeared.map(({ path }) => pointerOf(path));
}
