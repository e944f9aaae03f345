import type { StateStore } from '../../engine/engine.ts';
import { tryPlan } from '../plans/trial.ts';
import type { RuleStore } from '../rules/store.ts';
import type { HealingConfig } from './config.ts';
import { type Failure, type Healer, type Proposal, approvalFor } from './healer.ts';
import { type Refusal, readRefusal, writeRefusal } from './refusals.ts';

/** A refusal is kept at least so long, however short the negative cache: the events that wait must hear of it. */
const shortestRefusalMs = 60_000;
/**
 * Plans for one signature. Its events may differ in types, or in digits within a name, and so need a rule each; but
 * where every event brings a new name, a rule for each would cost a call for each.
 */
const maxPlans = 3;

interface Deps {
  healer: Healer;
  rules: Pick<RuleStore, 'learn'>;
  state: StateStore;
  config: HealingConfig;
  now: () => number;
}

/** Asks a healer about a failure. What comes of it is in the store, as a rule or as a refusal, when this resolves. */
export class Inquiry {
  readonly #deps: Deps;
  /** Plans that were learned, by signature. */
  readonly #plans = new Map<string, number>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** The healer whose plan became a rule; undefined for none. `onAnswer` is told that there was an answer at all. */
  async ask(failure: Failure, signal: AbortSignal, onAnswer: () => void): Promise<string | undefined> {
    const { signature } = failure;
    const { healer, state } = this.#deps;
    // The event may have been on its way here when the last call about its signature ended.
    if ((await readRefusal(state, signature)) !== undefined) return undefined;
    const planned = this.#plans.get(signature) ?? 0;
    if (planned >= maxPlans) {
      this.#plans.delete(signature);
      const reason = `${planned} rules were learned for such events, and none is for this one`;
      return this.#refuse(signature, 'no_repair_found', reason);
    }
    const proposal = await healer.propose(failure, signal);
    onAnswer();
    if (proposal.kind === 'refused') return this.#refuse(signature, 'refused_by_llm', proposal.reason);
    const refused = await this.#learn(failure, proposal);
    if (refused !== undefined) return this.#refuse(signature, ...refused);
    remember(this.#plans, signature, planned + 1);
    return proposal.healer ?? healer.name;
  }

  async #refuse(signature: string, code: string, reason: string): Promise<undefined> {
    const { state, config, now } = this.#deps;
    const refusal: Refusal = { code, reason, at: new Date(now()).toISOString() };
    const ttlMs = Math.max(shortestRefusalMs, config.negativeCacheMinutes * 60_000);
    await writeRefusal(state, signature, refusal, ttlMs);
  }

  /** Why no rule came of a plan; undefined when one did. */
  async #learn(
    failure: Failure,
    proposal: Extract<Proposal, { kind: 'plan' }>,
  ): Promise<[code: string, reason: string] | undefined> {
    const { config, rules } = this.#deps;
    const { plan, evidence, model, confidence } = proposal;
    const approval = approvalFor(confidence, config.approval);
    const trial = tryPlan(failure, plan, { targetFields: config.targetFields });
    if (!trial.ok) return ['refused_by_llm', `its plan does not work: ${trial.error.reason}`];
    const learned = await rules.learn({ failure, plan, origin: 'llm', evidence, approval, model });
    switch (learned.kind) {
      case 'learned':
      case 'known':
        await proposal.becameRule?.(learned.rule.id);
        return undefined;
      case 'disabled':
        return ['rule_disabled', `rule ${learned.rule.id} would repair it, but is disabled`];
      case 'turned_down':
        return ['repair_turned_down', 'a person turned its repair down'];
      case 'conflicting':
        return ['ambiguous_rules', `its repair contradicts rule ${learned.rule.id}`];
      case 'contradicted':
        return ['repair_contradicted', `its repair can't be right: ${learned.reason}`];
      case 'unproven':
        return ['no_repair_found', `its plan works, but ${learned.reason}`];
      case 'full':
        return ['no_repair_found', 'there are too many rules to learn another; delete some'];
    }
  }
}

/** Signatures whose outages or plans are remembered; the oldest are forgotten. */
const maxRemembered = 10_000;

export function remember<T>(memory: Map<string, T>, signature: string, what: T): void {
  memory.set(signature, what);
  const oldest = memory.size > maxRemembered ? memory.keys().next().value : undefined;
  if (oldest !== undefined) memory.delete(oldest);
}
