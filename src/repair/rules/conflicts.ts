import type { JsonObject } from '../../model/json.ts';
import { type Claim, claimsOf } from '../plans/claims.ts';
import type { Plan } from '../../model/plan.ts';
import { bind, bindings, covers, segmentsOf, valueAt } from '../../model/pointer.ts';
import type { StoredRule } from '../../model/rule.ts';

/**
 * Whether a plan contradicts a rule that is applied to the same sender, if for other failures: the rule takes the same
 * field to be another one, or takes another field, which the event has, to be the same one. Undefined when it does not.
 */
export function conflictWith(plan: Plan, event: JsonObject, rule: StoredRule): string | undefined {
  const theirs = claimsOf(rule.plan).filter(relocates);
  for (const mine of claimsOf(plan).filter(relocates)) {
    for (const other of theirs) {
      const [source, target] = [shared(mine.from, other.from), shared(mine.to, other.to)];
      if (source !== undefined && target === undefined && mine.op !== 'copy' && other.op !== 'copy')
        return `rule ${rule.id} takes ${source} to be ${other.to.join(' and ')}, and not ${mine.to.join(' and ')}`;
      const isAnother = source === undefined && !isWithin(mine.from, other.from);
      if (target !== undefined && isAnother && other.from.every((path) => exists(event, path)))
        return `rule ${rule.id} takes ${other.from.join(' and ')}, which is there too, to be ${target}`;
    }
  }
  return undefined;
}

const relocates = ({ op }: Claim): boolean => op !== 'change';

const shared = (a: readonly string[], b: readonly string[]): string | undefined =>
  a.find((path) => b.includes(path));

/** What was a value may hold it now: `Amount: {Value}` is no other field than `Amount`. */
const isWithin = (inner: readonly string[], outer: readonly string[]): boolean =>
  inner.every((path) => outer.some((other) => covers(other, path)));

function exists(event: JsonObject, path: string): boolean {
  const segments = segmentsOf(path);
  return (bindings(event, segments) ?? []).some(
    (indexes) => valueAt(event, bind(segments, indexes)) !== undefined,
  );
}
