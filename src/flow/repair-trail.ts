import { parseJson } from '../model/exact-json.ts';
import type { ReplayTrail } from '../model/event.ts';
import type { Incoming } from '../ingest/record.ts';
import type { JsonObject } from '../model/json.ts';
import type { RepairTrail } from '../model/loaded-event.ts';
import type { RowFacts } from '../load/row.ts';
import { differenceOf, mergePatchOf, patched } from '../repair/plans/difference.ts';
import { touchedFields } from '../repair/plans/operation-paths.ts';
import type { Plan } from '../model/plan.ts';
import type { Verdict } from '../validate/stage.ts';

/** How a rule's repair is recorded, and the text from which its row is loaded; `filled` and `gone` as in `RowFacts`. */
export function repairedByRule(
  { header, event: original, text: raw }: Incoming,
  { event, value, changed, rule, filled }: Verdict & { kind: 'repaired' },
): Pick<RowFacts, 'text' | 'isApart' | 'gone'> & {
  repair: RepairTrail;
  isPlain: boolean;
  filled: JsonObject | undefined;
} {
  const { text: plan, touched } = planFacts(rule.plan);
  // The event's own text has what its plan left alone, unless only other text holds its numbers.
  const isOwn = header.exact !== true && header.replay === undefined;
  const difference = isOwn ? differenceOf(original, event, touched, filled) : undefined;
  const patch = difference && mergePatchOf(event, difference);
  if (difference === undefined || patch === undefined) {
    const text = JSON.stringify(event);
    const repair: RepairTrail = {
      healer: 'rule',
      ruleId: rule.id,
      original: header.replay?.original ?? raw,
      plan,
      result: text,
    };
    return { repair, text, isPlain: false, filled: changed, gone: [] };
  }
  const repair = new PatchedTrail(rule.id, raw, plan, patch);
  const { set, gone } = difference;
  const isPlain = header.plain === true;
  const all = withFields(changed, value, set);
  return { repair, text: raw, isPlain, filled: all, isApart: isApart(all, original, filled), gone };
}

/** Whether the event's text has none of the fields. */
function isApart(
  fields: JsonObject | undefined,
  original: JsonObject,
  filled: readonly string[] = [],
): boolean {
  for (const field in fields) if (Object.hasOwn(original, field) && !filled.includes(field)) return false;
  return true;
}

interface PlanFacts {
  text: string;
  touched: string[] | undefined;
}

const known = new WeakMap<Plan, PlanFacts>();

/** A rule's plan is the same object for all of its events. */
function planFacts(plan: Plan): PlanFacts {
  let facts = known.get(plan);
  if (facts === undefined)
    known.set(plan, (facts = { text: JSON.stringify(plan), touched: touchedFields(plan) }));
  return facts;
}

/** Makes its result only when asked: until a row is loaded, its size matters more than the time it takes to tell its story. */
class PatchedTrail implements RepairTrail {
  readonly healer = 'rule';
  readonly ruleId: string;
  readonly original: string;
  readonly plan: string;
  readonly patch: string;

  constructor(ruleId: string, original: string, plan: string, patch: string) {
    this.ruleId = ruleId;
    this.original = original;
    this.plan = plan;
    this.patch = patch;
  }

  get result(): string {
    const [original, patch] = [this.original, this.patch].map((text) => parseJson(text) as JsonObject);
    return JSON.stringify(patched(original!, patch!));
  }
}

/** `fields` with those of the value that have these names. */
function withFields(
  fields: JsonObject | undefined,
  value: JsonObject,
  names: readonly string[],
): JsonObject | undefined {
  if (names.length === 0) return fields;
  const all = { ...fields };
  for (const name of names) if (value[name] !== undefined) all[name] = value[name];
  return all;
}

/** A replayed event that a person edited carries that as its repair. */
export function byPerson(replay: ReplayTrail | undefined, raw: string): RepairTrail | undefined {
  if (replay === undefined || (replay.plan === undefined && replay.by_hand === undefined)) return undefined;
  return {
    healer: 'person',
    ruleId: replay.rule_id,
    original: replay.original,
    plan: JSON.stringify(replay.plan ?? { operations: [] }),
    result: raw,
    ...(replay.by_hand === undefined ? undefined : { byHand: replay.by_hand }),
  };
}
