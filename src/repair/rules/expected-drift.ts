import type { Contract, FieldCheck } from '../../contracts/contract.ts';
import { hasMoreValuesThan, maxExplainedValues } from '../../contracts/fields/size.ts';
import type { JsonObject } from '../../model/json.ts';
import { violationsKey } from '../../validate/signature.ts';
import type { Violation } from '../../model/violation.ts';
import type { Apply, IndexedRule, RuleIndex } from './index-by-sender.ts';
import { touchedFields } from '../plans/operation-paths.ts';
import type { Repaired } from '../plans/trial.ts';

/** A rule that repaired a sender's recent events, with all that is needed to use it on the next one. */
interface Expectation {
  indexed: IndexedRule;
  apply: Apply;
  /** Finds the violations of the fields that the plan touches. */
  check: FieldCheck;
  /** State of the index for which this was worked out. */
  version: number;
  /** Milliseconds since 1970; undefined for good. */
  endsAt: number | undefined;
  /** The violations last found to be the rule's. */
  proven: readonly Violation[] | undefined;
  /** Events in a row that had its inputs and were none of its drift. */
  misses: number;
}

const maxExpectations = 4;
const maxMisses = 16;

/**
 * A sender that drifts drifts for days, in the same way. So the event after a repaired one is not validated first, only
 * to be found broken as expected. The rule's plan is tried at once, and what it makes is accepted only where that proves
 * the event's violations to be the rule's, all of them and no others, as if it had been validated:
 * - the contract judges each top-level field by itself;
 * - in the fields that the plan touches, there are exactly the rule's violations;
 * - the other fields are the same in the result (else its provenance is refused), and the contract accepts the result, so
 *   there are none in them;
 * - and no other rule is for these violations.
 * Everything else takes the ordinary way. What comes out is the same either way.
 */
export class ExpectedDrift {
  readonly #index: RuleIndex;
  readonly #now: () => number;
  readonly #byContract = new WeakMap<Contract, Map<string, Expectation[]>>();
  readonly #checks = new WeakMap<IndexedRule, { contract: Contract; check: FieldCheck | undefined }>();

  constructor(index: RuleIndex, now: () => number) {
    this.#index = index;
    this.#now = now;
  }

  /** Told of each repair that was made the ordinary way. */
  remember(indexed: IndexedRule, contract: Contract, apply: Apply): void {
    const check = this.#checkFor(indexed, contract);
    if (check === undefined || !this.#index.isAlone(indexed)) return;
    const { source } = indexed.rule;
    let bySource = this.#byContract.get(contract);
    if (bySource === undefined) this.#byContract.set(contract, (bySource = new Map()));
    const others = (bySource.get(source) ?? []).filter((known) => known.indexed !== indexed);
    const { version } = this.#index;
    const { endsAt } = indexed;
    bySource.set(
      source,
      [{ indexed, apply, check, version, endsAt, proven: undefined, misses: 0 }, ...others].slice(
        0,
        maxExpectations,
      ),
    );
  }

  /** The rule and what it made of the event; undefined when the event must be validated. */
  repair(
    contract: Contract,
    source: string,
    event: JsonObject,
  ): { indexed: IndexedRule; repaired: Repaired } | undefined {
    const expectations = this.#byContract.get(contract)?.get(source);
    if (expectations === undefined) return undefined;
    for (const expectation of expectations) {
      const { indexed, apply, version } = expectation;
      if (!indexed.fits(event)) continue;
      if (
        version !== this.#index.version ||
        (expectation.endsAt ?? Number.POSITIVE_INFINITY) <= this.#now()
      ) {
        this.#forget(contract, source, expectation);
        continue;
      }
      const violations = violationsOf(expectation, event);
      const repaired = violations === undefined ? undefined : apply(event, violations);
      if (repaired?.ok === true) {
        expectation.misses = 0;
        return { indexed, repaired: repaired.value };
      }
      if (++expectation.misses > maxMisses) this.#forget(contract, source, expectation);
    }
    return undefined;
  }

  #forget(contract: Contract, source: string, expectation: Expectation): void {
    const bySource = this.#byContract.get(contract);
    const left = bySource?.get(source)?.filter((known) => known !== expectation) ?? [];
    if (left.length > 0) bySource?.set(source, left);
    else bySource?.delete(source);
  }

  #checkFor(indexed: IndexedRule, contract: Contract): FieldCheck | undefined {
    const known = this.#checks.get(indexed);
    if (known?.contract === contract) return known.check;
    const fields = touchedFields(indexed.rule.plan);
    const check = fields === undefined ? undefined : contract.checkFields(fields);
    this.#checks.set(indexed, { contract, check });
    return check;
  }
}

/** The violations of the fields that the plan touches, when they are the rule's. */
function violationsOf(expectation: Expectation, event: JsonObject): readonly Violation[] | undefined {
  // The violations of a huge event are not all collected.
  if (hasMoreValuesThan(event, maxExplainedValues)) return undefined;
  const violations = expectation.check(event);
  if (violations === undefined) return undefined;
  // The same list for the same violations, for whoever remembers what it worked out of one.
  if (areSame(violations, expectation.proven)) return expectation.proven;
  if (violationsKey(violations) !== expectation.indexed.rule.match.violations) return undefined;
  expectation.proven = violations;
  return violations;
}

/** In path and code, which is all that a rule is found by. */
function areSame(some: readonly Violation[], others: readonly Violation[] | undefined): boolean {
  if (some === others) return true;
  if (some.length !== others?.length) return false;
  return some.every(({ path, code }, at) => path === others[at]!.path && code === others[at]!.code);
}
