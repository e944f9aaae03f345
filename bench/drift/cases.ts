import type { JsonObject } from '../../src/model/json.ts';
import type { Failure } from '../../src/repair/healing/healer.ts';
import { type TrialOptions, tryPlan } from '../../src/repair/plans/trial.ts';
import { validateWhole } from '../../src/repair/plans/whole.ts';
import { errorSignature } from '../../src/validate/signature.ts';
import type { Subject } from './corpus/subject.ts';
import type { Drift, Mutation } from './drift.ts';
import { sameDeclared } from './equality.ts';
import { fieldsOf } from './fields.ts';
import { type Random, seededRandom } from './random.ts';

/** One drifted event and what is known of it. */
export interface DriftCase {
  /** The same for the same seed: `rename.case/17`. */
  id: string;
  kind: string;
  expected: Mutation['expected'];
  subject: Subject;
  drift: Drift;
  /** Valid. */
  original: JsonObject;
  /** Not valid. */
  mutated: JsonObject;
  failure: Failure;
}

/** Why mutations were not used. */
export type Drops = Record<'no place' | 'still valid' | 'inverse fails', number>;

export interface CaseSet {
  cases: DriftCase[];
  drops: Drops;
}

/** Draws that may fail for each case that is wanted. */
const attemptsPerCase = 40;

/** Cases of all mutations, as many of each as its weight says; each was verified. */
export function makeCases(options: {
  subjects: readonly Subject[];
  mutations: readonly Mutation[];
  seed: string;
  count: number;
}): CaseSet {
  const { subjects, mutations, seed, count } = options;
  const drops: Drops = { 'no place': 0, 'still valid': 0, 'inverse fails': 0 };
  const weights = mutations.reduce((sum, { weight }) => sum + weight, 0);
  const cases: DriftCase[] = [];
  for (const mutation of mutations) {
    const wanted = Math.round((count * mutation.weight) / weights);
    for (let attempt = 0, made = 0; made < wanted && attempt < wanted * attemptsPerCase; attempt++) {
      const random = seededRandom(seed, mutation.kind, attempt);
      const drawn = drawCase(`${mutation.kind}/${attempt}`, mutation, pickSubject(subjects, random), random);
      if (typeof drawn === 'string') drops[drawn]++;
      else {
        cases.push(drawn);
        made++;
      }
    }
  }
  return { cases, drops };
}

function pickSubject(subjects: readonly Subject[], random: Random): Subject {
  let at = random.next() * subjects.reduce((sum, { weight }) => sum + weight, 0);
  return subjects.find(({ weight }) => (at -= weight) < 0) ?? subjects.at(-1)!;
}

function drawCase(id: string, mutation: Mutation, subject: Subject, random: Random): DriftCase | keyof Drops {
  const original = subject.event(random);
  const fields = fieldsOf(original, subject.contract);
  const drift = mutation.draw({ subject, event: original, fields, random });
  const mutated = drift?.apply(original);
  if (drift === undefined || mutated === undefined) return 'no place';
  const failure = failureOf(mutated, subject, id);
  if (failure === undefined) return 'still valid';
  const { kind, expected } = mutation;
  const drawn: DriftCase = { id, kind, expected, subject, drift, original, mutated, failure };
  return expected !== 'repair' || isUndone(drawn) ? drawn : 'inverse fails';
}

/** The failure that the product would make of an event; undefined for a valid one. */
export function failureOf(
  event: JsonObject,
  { contract }: Pick<Subject, 'contract'>,
  source: string,
): Failure | undefined {
  const validation = validateWhole(contract, event);
  if (validation.ok) return undefined;
  const { name, version, jsonSchema } = contract;
  const { violations } = validation;
  const signature = errorSignature({ contract: name, version, source, violations, event, jsonSchema });
  return { contract, source, event, violations, signature };
}

/** Known inverses count as a person's plans: what the service would doubt of itself is what is measured. */
export const byHand: TrialOptions = { mayLeave: 'all' };

/** Whether the known inverse, through the checks of a person's plan, gives the original back. */
function isUndone({ failure, drift, original, subject }: DriftCase): boolean {
  const tried = tryPlan(failure, { operations: drift.inverse }, byHand);
  return tried.ok && isExact(tried.value.value, original, subject);
}

/** Whether a repaired value is what the contract makes of the original. */
export function isExact(value: JsonObject, original: JsonObject, { contract }: Subject): boolean {
  const validation = contract.validate(original);
  return validation.ok && sameDeclared(value, validation.value, contract);
}
