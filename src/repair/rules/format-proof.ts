import type { Contract } from '../../contracts/contract.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Plan } from '../../model/plan.ts';
import { segmentsOf } from '../../model/pointer.ts';
import type { FormatWitness } from '../plans/formats.ts';
import { compilePlan } from '../plans/interpreter.ts';
import { isDeclared } from '../plans/schema-paths.ts';

/**
 * What the events say of the formats in a plan:
 * - `proven`: of each of them there is a value that only this format reads;
 * - `alike`: the first event reads the same in every way, but says nothing about the next one;
 * - `open`: the first event may be read otherwise.
 */
export type FormatProof = 'proven' | 'alike' | 'open';

export function proofOf(plan: Plan, contract: Contract, events: readonly JsonObject[]): FormatProof {
  const heard = new Map<string, Set<FormatWitness>>();
  const first = new Set<FormatWitness>();
  let isFirst = true;
  const { apply } = compilePlan(plan, {
    isDeclared: (pointer) => isDeclared(contract.jsonSchema, segmentsOf(pointer)),
    onFormat(witness, path, format) {
      const key = `${path} ${format}`;
      heard.set(key, (heard.get(key) ?? new Set()).add(witness));
      if (isFirst) first.add(witness);
    },
  });
  for (const event of events) {
    apply(event, everything);
    isFirst = false;
  }
  const isProven = [...heard.values()].every((said) => said.has('proves') && !said.has('contradicts'));
  if (isProven) return 'proven';
  return first.has('ambiguous') || first.has('contradicts') ? 'open' : 'alike';
}

/** As if each event broke its contract everywhere. */
const everything: ReadonlySet<string> = new Set(['']);

/** The plan without its formats, for comparing. */
export const withoutFormats = (plan: Plan): Plan => ({
  operations: plan.operations.map((operation) => {
    if (operation.op !== 'cast') return operation;
    const { op, path, to } = operation;
    return { op, path, to };
  }),
});
