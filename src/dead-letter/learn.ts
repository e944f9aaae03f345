import type { JsonObject } from '../model/json.ts';
import type { Lesson } from '../repair/rules/lesson.ts';
import type { StoredRule } from '../model/rule.ts';
import { type Result, fail, ok } from '../model/result.ts';
import type { DeadLetter } from '../model/dead-letter.ts';
import type { Plan } from '../model/plan.ts';
import type { Failure } from '../repair/healing/healer.ts';
import { tryPlan } from '../repair/plans/trial.ts';
import { type EditDeps, type EditReview, type ReviewedEdit, failureOf, reviewEdit } from './edit.ts';

/** Makes a rule, at once active, of a person's edit of a dead letter. Its id, or why the edit makes none. */
export async function learnFromPerson(
  deps: EditDeps,
  letter: DeadLetter,
  edited: JsonObject,
): Promise<Result<{ ruleId: string; review: EditReview }>> {
  const reviewed = reviewEdit(deps, letter, edited);
  const lesson = lessonOf(reviewed, letter);
  if (!lesson.ok) return lesson;
  const ruleId = await teach(deps, lesson.value);
  return ruleId.ok ? ok({ ruleId: ruleId.value, review: reviewed.review }) : ruleId;
}

/** Makes a rule, at once active, of a person's plan that repairs this letter. Its id, or why the plan makes none. */
export async function learnPlan(deps: EditDeps, letter: DeadLetter, plan: Plan): Promise<Result<string>> {
  const contract = deps.contracts.get(letter.contract, letter.version);
  if (contract === undefined) return fail(`there is no contract ${letter.contract} ${letter.version}`);
  const failure = failureOf(letter, contract);
  const tried = tryPlan(failure, plan, { ...deps.permissions, mayLeave: 'all' });
  return tried.ok ? teach(deps, lessonFrom(failure, plan, letter)) : fail(tried.error.reason);
}

async function teach({ rules }: EditDeps, lesson: Lesson): Promise<Result<string>> {
  const learned = await rules.learn(lesson);
  switch (learned.kind) {
    case 'learned':
    case 'known':
      return ok(learned.rule.id);
    case 'conflicting':
      return fail(conflictsWith(learned.rule));
    case 'disabled':
      return fail(isDisabled(learned.rule));
    case 'contradicted':
    case 'unproven':
      return fail(learned.reason);
    case 'turned_down':
      return fail('the same rule was turned down by a person a short while ago');
    case 'full':
      return fail('there are too many rules');
  }
}

export function lessonOf({ review, failure }: ReviewedEdit, letter: DeadLetter): Result<Lesson> {
  const { plan, learnable, reason } = review;
  if (!learnable || plan === null || failure === undefined) return fail(reason ?? 'nothing was changed');
  return ok(lessonFrom(failure, plan, letter));
}

function lessonFrom(failure: Failure, plan: Plan, { id }: DeadLetter): Lesson {
  const evidence = [`a person's edit of dead letter ${id}`];
  return { failure, plan, origin: 'person', evidence, approval: 'auto' };
}

export const conflictsWith = ({ id }: StoredRule): string =>
  `rule ${id} repairs such events in another way: disable it first`;

export const isDisabled = ({ id }: StoredRule): string =>
  `rule ${id} says the same and is disabled: approve it instead`;
