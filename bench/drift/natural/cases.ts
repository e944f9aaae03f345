import type { JsonObject } from '../../../src/model/json.ts';
import { type DriftCase, failureOf } from '../cases.ts';
import type { Subject } from '../corpus/subject.ts';
import type { Expected } from '../drift.ts';
import { correspondence } from './correspondence.ts';
import { type Answer, type NaturalPair, contractOf } from './pair.ts';
import { pairs } from './pairs.ts';

const expectedOf: Record<Answer, Expected> = { plain: 'repair', teachable: 'either', refuse: 'refuse' };

/** The pairs as cases of the bench. Throws on a pair that is none: valid after the change, or invalid before it. */
export function naturalCases(): DriftCase[] {
  const answers = Object.keys(expectedOf);
  const order = ({ answer, change }: NaturalPair) => `${answers.indexOf(answer)} ${change}`;
  return pairs.toSorted((a, b) => (order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : 0)).map(caseOf);
}

export function caseOf(pair: NaturalPair): DriftCase {
  const { id, change, answer, was, is, plan = [] } = pair;
  const contract = contractOf(pair);
  const before = contract.validate(was);
  if (!before.ok)
    throw new Error(`${id} is not valid before the change: ${JSON.stringify(before.violations)}`);
  const { apply, sibling } = correspondence(was, is, contract);
  const subject: Subject = { contract, weight: 1, event: () => structuredClone(was), sibling };
  const failure = failureOf(is, subject, id);
  if (failure === undefined) throw new Error(`${id} is valid after the change`);
  return {
    id: `natural/${id}`,
    kind: `${answer}.${change.replaceAll(' ', '_')}`,
    expected: expectedOf[answer],
    subject,
    drift: {
      style: `${change}: ${pair.source}`,
      touches: touchesOf(was),
      apply,
      inverse: answer === 'refuse' ? [] : plan,
    },
    original: was,
    mutated: is,
    failure,
  };
}

/** A pair is small: a report may show all of it. */
const touchesOf = (was: JsonObject): string[] =>
  Object.keys(was).map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
