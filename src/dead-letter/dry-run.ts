import { topFields } from '../contracts/mapping.ts';
import { parseJson } from '../model/exact-json.ts';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Json, type JsonObject, sameJson } from '../model/json.ts';
import type { Apply } from '../repair/rules/index-by-sender.ts';
import { compileInputs } from '../repair/rules/inputs.ts';
import { type Lesson, ruleFrom } from '../repair/rules/lesson.ts';
import type { StoredRule } from '../model/rule.ts';
import { compileRule } from '../repair/plans/trial.ts';
import { violationsKey } from '../validate/signature.ts';
import type { DeadLetter, DeadLetterFilter } from '../model/dead-letter.ts';
import { type EditDeps, type EditReview, completed, failureOf, reviewEdit } from './edit.ts';
import { conflictsWith, isDisabled, lessonOf } from './learn.ts';
import type { DeadLetterStore } from './store.ts';

/** What would become of an edit; nothing was changed or counted to find out. */
export interface EditDryRun extends EditReview {
  /** What else the plan would repair as a rule; null when it can't become one. */
  fixes: Fixes | null;
}

export interface Fixes {
  /** Other open dead letters of the same contract, version and source that were looked at. */
  total: number;
  /** Of these, how many the rule would repair… */
  would_repair: number;
  /** …how many it is for but could not repair… */
  would_fail: number;
  /** …and how many it is not for, since they fail in another way. */
  unaffected: number;
  /** Those it would repair that have this letter's signature: what `group` settles. */
  in_group: number;
  /** True when there are more letters than were looked at. */
  cut: boolean;
  /** Some that it would repair, those with this letter's signature first. */
  samples: { id: string; before: Json; after: Json }[];
  /** What speaks against the plan: rules that say otherwise, and earlier edits of such letters that it would not have made. */
  contradictions: Contradiction[];
}

export type Contradiction = { rule_id: string; reason: string } | { dead_letter_id: string; reason: string };

const maxExamined = 10_000;
const maxSamples = 5;
const maxContradictions = 20;
/** Events after which the clean ones get their turn. */
const lettersPerTurn = 50;

export async function dryRunEdit(
  deps: EditDeps & { letters: DeadLetterStore },
  letter: DeadLetter,
  edited: JsonObject,
): Promise<EditDryRun> {
  const reviewed = reviewEdit(deps, letter, edited);
  const lesson = lessonOf(reviewed, letter);
  if (!lesson.ok) return { ...reviewed.review, fixes: null };
  const rule = ruleFrom(lesson.value, { now: Date.now(), ttlMs: 0 });
  const objections = objectionsOf(deps, lesson.value, rule);
  const fixes = await fixesOf(deps.letters, lesson.value, rule, letter);
  fixes.contradictions.unshift(...objections);
  const [first] = objections;
  return first === undefined
    ? { ...reviewed.review, fixes }
    : { ...reviewed.review, learnable: false, reason: first.reason, fixes };
}

/** The rules for which `learn` would refuse this one. */
function objectionsOf({ rules }: EditDeps, { failure }: Lesson, rule: StoredRule): Contradiction[] {
  const { contract, source, violations, event } = failure;
  const { name, version } = contract;
  const found = rules.peek(name, version, source, violations, event);
  const active = found.kind === 'rule' ? [found.rule] : found.kind === 'ambiguous' ? found.rules : [];
  const { disabled } = rules.inactive({ contract: name, version, source, violations, event });
  return [
    ...active.filter(({ id }) => id !== rule.id).map((other) => objection(other, conflictsWith(other))),
    ...disabled.filter(({ id }) => id === rule.id).map((other) => objection(other, isDisabled(other))),
  ];
}

const objection = ({ id }: StoredRule, reason: string): Contradiction => ({ rule_id: id, reason });

async function fixesOf(
  letters: DeadLetterStore,
  { failure, plan }: Lesson,
  rule: StoredRule,
  letter: DeadLetter,
): Promise<Fixes> {
  const { contract } = failure;
  const apply: Apply = compileRule(plan, contract);
  const fits = compileInputs(rule.match.inputs);
  const fixes: Fixes = {
    total: 0,
    would_repair: 0,
    would_fail: 0,
    unaffected: 0,
    in_group: 0,
    cut: false,
    samples: [],
    contradictions: [],
  };

  const isAlike = ({ id, version, step }: DeadLetter) =>
    id !== letter.id && version === letter.version && step === undefined;
  const sender = { contract: letter.contract, source: letter.source };
  const group = { ...sender, signature: letter.signature };
  for (const [filter, isOfGroup] of [
    [{ ...group, status: 'open' }, true],
    [{ ...sender, status: 'open' }, false],
  ] as const)
    for await (const other of each(letters, filter)) {
      if (!isAlike(other) || (!isOfGroup && other.signature === letter.signature)) continue;
      if (fixes.total === maxExamined) {
        fixes.cut = true;
        break;
      }
      fixes.total++;
      const { event, violations } = failureOf(other, contract);
      if (violationsKey(violations) !== rule.match.violations || !fits(event)) {
        fixes.unaffected++;
        continue;
      }
      const repaired = apply(event, violations);
      if (!repaired.ok) {
        fixes.would_fail++;
        continue;
      }
      fixes.would_repair++;
      if (isOfGroup) fixes.in_group++;
      if (fixes.samples.length < maxSamples)
        fixes.samples.push({ id: other.id, before: event, after: repaired.value.event });
    }

  let examined = 0;
  for await (const earlier of each(letters, { ...group, status: 'replayed' })) {
    if (++examined > maxExamined || fixes.contradictions.length === maxContradictions) break;
    if (!isAlike(earlier) || earlier.edited === undefined) continue;
    const { event, violations } = failureOf(earlier, contract);
    const meant = contract.validate(completed(earlier, contract, parseJson(earlier.edited) as JsonObject));
    const repaired = apply(event, violations);
    if (
      meant.ok &&
      repaired.ok &&
      !sameDeclared(repaired.value.value, meant.value, topFields(contract.columns))
    )
      fixes.contradictions.push({
        dead_letter_id: earlier.id,
        reason: `a person edited ${earlier.id} in another way`,
      });
  }
  return fixes;
}

/** What the table would hold: an undeclared field that a person left lying is no contradiction. */
function sameDeclared(a: JsonObject, b: JsonObject, fields: ReadonlySet<string>): boolean {
  return [...fields].every(
    (name) => sameJson(a[name], b[name]) || (a[name] === undefined && b[name] === undefined),
  );
}

async function* each(letters: DeadLetterStore, filter: DeadLetterFilter): AsyncGenerator<DeadLetter> {
  let cursor: string | undefined;
  let since = 0;
  do {
    const page = await letters.list(filter, { limit: 500, cursor });
    for (const letter of page.items) {
      if (++since % lettersPerTurn === 0) await nextTurn();
      yield letter;
    }
    cursor = page.next;
  } while (cursor !== undefined);
}
