import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Contract } from '../../contracts/contract.ts';
import { type DeadLetter, type EditTrail, isFollowUp } from '../../model/dead-letter.ts';
import { parseExact } from '../../model/exact-json.ts';
import { type JsonObject, sameJson } from '../../model/json.ts';
import type { Plan } from '../../model/plan.ts';
import { type Result, fail, ok } from '../../model/result.ts';
import { firstInWords } from '../../model/violation.ts';
import { checkPlan } from '../../repair/plans/static-check.ts';
import { compileRule } from '../../repair/plans/trial.ts';
import { type EditDeps, type EditReview, changedLeaves, failureOf, reviewEdit } from '../edit.ts';

/** What a correction makes of a letter: the event that is sent back, JSON text, with its trail; or why the letter is left alone. */
export type Correction =
  { kind: 'corrected'; edited: string; edit: EditTrail } | { kind: 'refused'; reason: string };

/** A letter, and its event as a person corrected it, JSON text. */
export interface Edited {
  letter: DeadLetter;
  edited: string;
}

/** Corrects each letter as a single edit does; `force` takes what still breaks its contract. Other events get their turn in between. */
export async function correctByHand(
  deps: EditDeps,
  all: readonly Edited[],
  force: boolean,
): Promise<Correction[]> {
  const corrections: Correction[] = [];
  for (const { letter, edited } of all) {
    corrections.push(byHand(deps, letter, edited, force));
    await nextTurn();
  }
  return corrections;
}

function byHand(deps: EditDeps, letter: DeadLetter, edited: string, force: boolean): Correction {
  const event = parseExact(edited) as JsonObject;
  if (isFollowUp(letter)) {
    const by_hand = changedLeaves(parseExact(letter.raw) as JsonObject, event);
    return { kind: 'corrected', edited, edit: { by_hand } };
  }
  const { review } = reviewEdit(deps, letter, event);
  return review.valid || force
    ? { kind: 'corrected', edited, edit: trailOf(review) }
    : { kind: 'refused', reason: stillInvalid(review) };
}

export const stillInvalid = ({ violations }: Pick<EditReview, 'violations'>): string =>
  `the edited event still breaks its contract: ${firstInWords(violations) ?? 'unknown'}`;

export function trailOf({ plan, by_hand }: EditReview): EditTrail {
  return plan === null ? { by_hand } : { plan, by_hand };
}

/** Applies a person's plan to each letter. Other events get their turn in between. */
export async function correctByPlan(
  deps: EditDeps,
  letters: readonly DeadLetter[],
  plan: Plan,
): Promise<Correction[]> {
  const applyFor = new Map<Contract, Result<Apply>>();
  const corrections: Correction[] = [];
  for (const letter of letters) {
    const contract = deps.contracts.get(letter.contract, letter.version);
    if (contract !== undefined && !applyFor.has(contract))
      applyFor.set(contract, compile(deps, contract, plan));
    const corrected =
      contract === undefined
        ? fail(`there is no contract ${letter.contract} ${letter.version}`)
        : byPlan(letter, contract, applyFor.get(contract)!);
    corrections.push(
      corrected.ok
        ? { kind: 'corrected', edited: corrected.value, edit: { plan, by_hand: [] } }
        : { kind: 'refused', reason: corrected.error },
    );
    await nextTurn();
  }
  return corrections;
}

type Apply = ReturnType<typeof compileRule>;

function compile({ permissions }: EditDeps, contract: Contract, plan: Plan): Result<Apply> {
  const forbidden = checkPlan(plan, contract, permissions);
  return forbidden === undefined ? ok(compileRule(plan, contract, { mayLeave: 'all' })) : fail(forbidden);
}

/** The corrected event, JSON text. What the gatekeeper fills in by itself is left to it again. */
function byPlan(letter: DeadLetter, contract: Contract, apply: Result<Apply>): Result<string> {
  if (letter.step !== undefined)
    return fail(`it is the input of step ${letter.step}, which no contract is for`);
  if (letter.destination !== undefined)
    return fail(`only destination ${letter.destination} refused it; the event itself is valid`);
  if (!apply.ok) return apply;
  const { event, violations } = failureOf(letter, contract);
  const made = apply.value(event, violations);
  if (!made.ok) return fail(made.error.reason);
  const received = parseExact(letter.raw) as JsonObject;
  const corrected = { ...made.value.event };
  for (const { field } of contract.envelopeDefaults)
    if (!Object.hasOwn(received, field) && sameJson(corrected[field], event[field])) delete corrected[field];
  return ok(JSON.stringify(corrected));
}
