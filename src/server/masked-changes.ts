import { masked } from '../contracts/pii.ts';
import type { RepairEntry } from '../load/repair-audit.ts';
import { parseExact } from '../model/exact-json.ts';
import { type Json, type JsonObject, sameJson } from '../model/json.ts';
import type { Plan } from '../model/plan.ts';
import { segmentsOf, valueAt } from '../model/pointer.ts';
import { type Change, changesOf } from '../repair/plans/changes.ts';
import type { Mask } from './masking.ts';

/** What a repair changed, for a list: a value is hidden where it was and where it is, when one of the places is private. */
export function maskedChanges(
  { plan, byHand }: Pick<RepairEntry, 'plan' | 'byHand'>,
  texts: NonNullable<RepairEntry['events']>,
  mask: Mask,
): Change[] {
  const [original, result] = [
    parseExact(texts.original) as JsonObject,
    parseExact(texts.result) as JsonObject,
  ];
  const [shownOriginal, shownResult] = [mask(original), mask(result)];
  const isHidden = (path: string, [event, shown]: [Json, Json]): boolean => {
    const [value, seen] = [event, shown].map((of) => valueAt(of, segmentsOf(path)));
    return value !== undefined && (seen === undefined || !sameJson(value, seen));
  };
  // Only what the checks of plans let through is ever stored as one.
  const known = JSON.parse(plan) as Plan;
  return changesOf(original, known, result, byHand).map((change) => {
    const hides =
      isHidden(change.path, [result, shownResult]) ||
      [change.path, ...change.from].some((path) => isHidden(path, [original, shownOriginal]));
    if (!hides) return change;
    return {
      ...change,
      ...(change.before !== undefined && { before: masked }),
      ...(change.after !== undefined && { after: masked }),
    };
  });
}
