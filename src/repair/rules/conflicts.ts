import type { JsonObject } from '../../model/json.ts';
import { type Claim, claimsOf } from '../plans/claims.ts';
import type { Plan } from '../../model/plan.ts';
import { bindings, segmentsOf, valueAt } from '../../model/pointer.ts';
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
      if (target !== undefined && source === undefined && other.from.every((path) => exists(event, path)))
        return `rule ${rule.id} takes ${other.from.join(' and ')}, which is there too, to be ${target}`;
    }
  }
  return undefined;
}

const relocates = ({ op }: Claim): boolean => op !== 'change';

const shared = (a: readonly string[], b: readonly string[]): string | undefined =>
  a.find((path) => b.includes(path));

function exists(event: JsonObject, path: string): boolean {
  const segments = segmentsOf(path);
  const star = segments.indexOf('*');
  if (star === -1) return valueAt(event, segments) !== undefined;
  return (bindings(event, segments)?.length ?? 0) > 0;
}
