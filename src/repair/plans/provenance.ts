import type { Contract } from '../../contracts/contract.ts';
import type { JsonObject } from '../../model/json.ts';
import { type Leaf, differences } from './provenance/differences.ts';
import { createForward } from './provenance/forward.ts';
import { createBackward } from './provenance/backward.ts';
import { flatProofOf, routesOf } from './provenance/routes.ts';
import { type Trace, traceOf } from './provenance/trace.ts';
import type { Plan } from '../../model/plan.ts';
import { pointerOf } from '../../model/pointer.ts';

/** What can't be proven about a result, naming the path and never the value; undefined when all of it is proven. */
export type ProvenanceCheck = (original: JsonObject, result: JsonObject) => string | undefined;

/**
 * Proves, without running the plan, that nothing in a result is invented and nothing of the original is lost: each leaf
 * of the result is what some chain of the plan's operations makes of a leaf of the original, and each leaf of the
 * original went somewhere, or was removed by name. Leaves that are the same at the same path need no proof. Shares no
 * code with the interpreter but pointers, casts and where `split` cuts a text.
 */
export function compileProvenance(plan: Plan, contract: Contract): ProvenanceCheck {
  const trace: Trace = traceOf(plan, contract);
  const routes = routesOf(trace);
  const isProven = flatProofOf(trace);
  return (original, result) => {
    if (isProven?.(original, result) === true) return undefined;
    const { appeared, vanished } = differences(original, result);
    const short = routes?.(original, result);
    const unproven = appeared.filter(({ path }) => short?.comesFrom(path) !== true);
    if (unproven.length > 0) {
      const comesFrom = createBackward(trace, original);
      const invented = unproven.find((leaf) => !comesFrom(leaf));
      if (invented !== undefined) return `${where(invented)} does not come from the event`;
    }
    const missing = vanished.filter(({ path, value }) => value !== null && short?.goesTo(path) !== true);
    if (missing.length === 0) return undefined;
    const goesTo = createForward(trace, result);
    const lost = missing.find((leaf) => !goesTo(leaf));
    return lost === undefined ? undefined : `${where(lost)} would be lost`;
  };
}

export function checkProvenance(
  original: JsonObject,
  plan: Plan,
  result: JsonObject,
  contract: Contract,
): string | undefined {
  return compileProvenance(plan, contract)(original, result);
}

const where = ({ path }: Leaf): string => `the value at ${pointerOf(path)}`;
