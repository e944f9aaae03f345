import transaction from '../../contracts/v1/transaction.ts';
import type { StateStore } from '../../src/engine/engine.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { Lesson } from '../../src/repair/rules/lesson.ts';
import type { Found } from '../../src/repair/rules/look-up.ts';
import { type RuleStore, type RuleStoreOptions, openRuleStore } from '../../src/repair/rules/store.ts';
import { memoryState } from '../../src/testing/memory-state.ts';
import { failureOf, priced, silent } from '../helpers/healing.ts';

export const dayMs = 86_400_000;

export const move = (from: string, to: string): Plan => ({ operations: [{ op: 'move', from, to }] });
export const lesson = (event: JsonObject, plan: Plan, more: Partial<Lesson> = {}): Lesson => ({
  failure: failureOf(event),
  plan,
  origin: 'llm',
  evidence: [],
  approval: 'auto',
  ...more,
});

const contracts = { get: () => transaction };

/** A store of rules, made anew for each test, whose clock the tests set. */
export class RulesBench {
  time = Date.parse('2026-11-23T12:00:00Z');
  readonly state: StateStore = memoryState(() => this.time);
  rules!: RuleStore;

  /** The same rules in another store, as another thread or the next process has them. */
  open(more: Partial<RuleStoreOptions> = {}): Promise<RuleStore> {
    return openRuleStore(this.state, { ttlDays: 7, contracts, log: silent, now: () => this.time, ...more });
  }

  find(event: JsonObject, store = this.rules): Found {
    const { contract, source, violations } = failureOf(event);
    return store.find(contract.name, contract.version, source, violations, event);
  }

  use(event: JsonObject) {
    const found = this.find(event);
    if (found.kind !== 'rule') throw new Error(`found ${found.kind}`);
    return found.apply(event, failureOf(event).violations);
  }

  /** Learns that `price` is `amount`; the rule's id. */
  async learnPrice(more: Partial<Lesson> = {}): Promise<string> {
    const learned = await this.rules.learn(lesson(priced(), move('/price', '/amount'), more));
    if (learned.kind !== 'learned') throw new Error(learned.kind);
    return learned.rule.id;
  }
}
