import type { JsonObject } from '../model/json.ts';
import type { Lesson } from '../repair/rules/lesson.ts';
import type { StoredRule } from '../model/rule.ts';
import { type Result, fail, ok } from '../model/result.ts';
import type { DeadLetter } from '../model/dead-letter.ts';
import { type EditDeps, type EditReview, type ReviewedEdit, reviewEdit } from './edit.ts';

/** Makes a rule, at once active, of a person's edit of a dead letter. Its id, or why the edit makes none. */
export async function learnFromPerson(
  deps: EditDeps,
  letter: DeadLetter,
  edited: JsonObject,
): Promise<Result<{ ruleId: string; review: EditReview }>> {
  const reviewed = reviewEdit(deps, letter, edited);
  const lesson = lessonOf(reviewed, letter);
  if (!lesson.ok) return lesson;
  const learned = await deps.rules.learn(lesson.value);
  switch (learned.kind) {
    case 'learned':
    case 'known':
      return ok({ ruleId: learned.rule.id, review: reviewed.review });
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
  const evidence = [`a person's edit of dead letter ${letter.id}`];
  return ok({ failure, plan, origin: 'person', evidence, approval: 'auto' });
}

export const conflictsWith = ({ id }: StoredRule): string =>
  `rule ${id} repairs such events in another way: disable it first`;

export const isDisabled = ({ id }: StoredRule): string =>
  `rule ${id} says the same and is disabled: approve it instead`;
