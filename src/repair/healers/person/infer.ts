import { type JsonObject, isContainer, sameJson } from '../../../model/json.ts';
import type { Failure } from '../../healing/healer.ts';
import { cast } from '../../plans/cast.ts';
import { Draft } from '../../plans/draft.ts';
import { planLimits } from '../../plans/parse-plan.ts';
import type { Operation, Plan, Pointer } from '../../../model/plan.ts';
import { genericPointer, pointerOf, segmentsOf, valueAt } from '../../../model/pointer.ts';
import { leavesOf } from '../../plans/provenance/differences.ts';
import { schemasAt } from '../../plans/schema-paths.ts';
import type { PlanPermissions } from '../../plans/static-check.ts';
import { tryPlan } from '../../plans/trial.ts';
import { mapInPlace, reshapeInPlace, respellInPlace } from './in-place.ts';
import { wantedPlaces } from './places.ts';
import { copyHere, moveAndGoOn, moveAndMap, moveHere, openVanished } from './relocation.ts';
import { joinTexts, splitText } from './split-join.ts';
import type { Strategy } from './strategy.ts';
import { Workbench } from './workbench.ts';

/** What a person's edit of a failed event amounts to. */
export interface Inference {
  /** The structural part, proven by the interpreter and the provenance check; no operations when there is none. */
  plan: Plan;
  /** JSON Pointers of the values of the edited event that the plan does not make: nothing proves where they came from. */
  byHand: Pointer[];
  /** Why the plan can't become a rule, naming paths and never values; undefined when it can. */
  unlearnable?: string;
}

/** Tried in this order at each place; whenever one succeeds, all of them have new chances. */
const strategies: readonly Strategy[] = [
  respellInPlace,
  moveHere,
  splitText,
  joinTexts,
  reshapeInPlace,
  openVanished,
  moveAndGoOn,
  mapInPlace,
  moveAndMap,
  copyHere,
];

/**
 * The plan that leads from a failed event to how a person left it, and what no plan can explain. It is searched for
 * among the operations of the plan language, and each one is done for real before it counts.
 */
export function inferEdit(
  failure: Failure,
  edited: JsonObject,
  permissions: PlanPermissions = {},
): Inference {
  const asTyped = infer(failure, edited, permissions);
  const byValue = withPlainDecimals(failure, edited, asTyped.byHand);
  if (byValue === undefined) return asTyped;
  const inferred = infer(failure, byValue, permissions);
  return inferred.byHand.length < asTyped.byHand.length ? inferred : asTyped;
}

/** The edit without the zeros that say nothing of a decimal: a person types `12.50` where a cast makes `12.5`. */
function withPlainDecimals(
  { contract }: Failure,
  edited: JsonObject,
  pointers: readonly Pointer[],
): JsonObject | undefined {
  const draft = new Draft(edited);
  for (const path of pointers.map(segmentsOf)) {
    const isDecimal = schemasAt(contract.jsonSchema, path).some(({ format }) => format === 'decimal');
    const plain = isDecimal ? cast(valueAt(edited, path) ?? null, 'decimal', '1234.56') : undefined;
    if (plain?.ok === true) draft.set(path, plain.value);
  }
  return sameJson(draft.value, edited) ? undefined : draft.value;
}

function infer(failure: Failure, edited: JsonObject, permissions: PlanPermissions): Inference {
  const bench = new Workbench(failure, edited);
  while (step(bench));
  removeTheRest(bench);
  bench.prune();
  const plan: Plan = { operations: [...bench.operations] };
  const byHand = [...bench.wrong].filter((pointer) => !isEmptyAndUnknown(bench, pointer)).sort();
  const unlearnable = whyNot(bench, plan, byHand, permissions);
  return { plan, byHand, ...(unlearnable === undefined ? undefined : { unlearnable }) };
}

function step(bench: Workbench): boolean {
  const places = bench.places();
  const wanted = wantedPlaces(places);
  return strategies.some((strategy) =>
    wanted.some((place) => !bench.isExhausted && strategy(bench, place, places)),
  );
}

/** What the person took away and what went nowhere. */
function removeTheRest(bench: Workbench): void {
  const removals = bench
    .places()
    .filter(
      ({ segments, spots }) => spots.every(({ after }) => after === undefined) && !bench.isDeclared(segments),
    )
    .map(({ pointer }): Operation => ({ op: 'remove', path: pointer }));
  // Together in one try, since each costs as much; one by one when some of them can't be.
  if (removals.length <= planLimits.operations && !bench.attempt(removals, { preparing: true }))
    for (const removal of removals) bench.attempt([removal], { preparing: true });
}

function whyNot(
  bench: Workbench,
  plan: Plan,
  byHand: readonly Pointer[],
  permissions: PlanPermissions,
): string | undefined {
  const { failure, current, after } = bench;
  if (failure.violations.length === 0) return 'the event is valid as it was received';
  const left = [...leavesOf(current)].filter(
    ({ path, value }) =>
      valueAt(after, path) === undefined && (!isContainer(value) || bench.isDeclared(path)),
  );
  if (byHand.length === 0 && left.length === 0) {
    if (plan.operations.length === 0) return 'nothing was changed';
    // What a person leaves was looked at.
    const tried = tryPlan(failure, plan, { ...permissions, mayLeave: 'all' });
    return tried.ok ? undefined : tried.error.reason;
  }
  if (left.length > planLimits.operations)
    return `the edit takes more than ${planLimits.operations} operations`;
  const doubts = byHand.flatMap((pointer) => doubtOf(bench, pointer) ?? []);
  const unknown = byHand.filter((pointer) => doubtOf(bench, pointer) === undefined);
  const kept = left
    .map(({ path }) => pointerOf(path))
    .filter((pointer) => !byHand.some((by) => pointer.startsWith(`${by}/`)));
  return [
    ...(unknown.length === 0
      ? []
      : [
          `the ${unknown.length === 1 ? 'value' : 'values'} of ${named(unknown)} ${unknown.length === 1 ? 'was' : 'were'} entered by hand`,
        ]),
    ...new Set(doubts),
    ...(kept.length === 0
      ? []
      : [
          `${named(kept)} ${kept.length === 1 ? 'was' : 'were'} removed, and only fields that the contract does not declare may be removed by a rule`,
        ]),
  ].join('; ');
}

function doubtOf({ doubts, after }: Workbench, pointer: Pointer): string | undefined {
  const generic = genericPointer(pointer, after);
  for (let at = generic; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
    const doubt = doubts.get(at);
    if (doubt !== undefined) return doubt;
  }
  return undefined;
}

/** An object that was emptied and left: holds no value, and the contract does not ask for it. */
function isEmptyAndUnknown(bench: Workbench, pointer: Pointer): boolean {
  const path = segmentsOf(pointer);
  const value = valueAt(bench.after, path);
  return isContainer(value) && !bench.isDeclared(path);
}

function named(pointers: readonly Pointer[]): string {
  const shown = pointers.slice(0, 5).join(', ');
  return pointers.length > 5 ? `${shown} and ${pointers.length - 5} more` : shown;
}
