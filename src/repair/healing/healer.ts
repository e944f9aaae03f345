import type { Contract } from '../../contracts/contract.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Violation } from '../../model/violation.ts';
import type { LlmStatus } from './status.ts';
import type { Plan } from '../../model/plan.ts';

/** A failed event, as a healer sees it. */
export interface Failure {
  contract: Contract;
  source: string;
  event: JsonObject;
  violations: readonly Violation[];
  /** Error signature (validate/signature.ts). */
  signature: string;
  /** The events of the batch with this signature, at most 200: a change of form has to suit all of them. */
  peers?: readonly JsonObject[];
}

/**
 * How far a healer vouches for a plan's meaning, beyond that it works:
 * - `evident`: names and values of the event say so;
 * - `confirmed`: a second, differently put question gave the same answer;
 * - `unproven`: nothing but the healer's word. Waits for a person.
 */
export type Confidence = 'evident' | 'confirmed' | 'unproven';

/** A plan that nothing vouches for waits for a person, also where rules are approved by themselves. */
export function approvalFor(
  confidence: Confidence | undefined,
  approval: 'auto' | 'review',
): 'auto' | 'review' {
  return confidence === 'unproven' ? 'review' : approval;
}

/** What a healer answers: a plan with its reasons, or a refusal with its reason. Never data. */
export type Proposal =
  | {
      kind: 'plan';
      plan: Plan;
      evidence: string[];
      /** Default: `evident`. */
      confidence?: Confidence;
      model?: string;
      /** Which of several healers it is from, where they are asked as one. */
      healer?: string;
      /** Is told which rule the plan became, for the healer's own audit. */
      becameRule?: (ruleId: string) => Promise<void>;
    }
  | { kind: 'refused'; reason: string };

/**
 * Proposes a repair plan for a failed event. A proposal is only ever a proposal: `trial.ts` checks each one
 * statically, applies it, proves its provenance and validates the result before anything is loaded.
 * Throws a retryable `SentinelError` when it can't answer now (`llm_unavailable`, `llm_budget_exhausted`).
 */
export interface Healer {
  readonly name: string;
  /**
   * `inline`: asked for each event, in its batch, so it answers within milliseconds. `background`: asked once for all events of a
   * signature, which wait meanwhile; it may ask others, and take seconds.
   */
  readonly mode: 'inline' | 'background';
  propose(failure: Failure, signal: AbortSignal): Promise<Proposal>;
  /** How it stands with what it depends on; absent when it depends on nothing. */
  status?(): LlmStatus;
}

/** Healers as one: each is asked until one has a plan. Undefined when there are none. */
export function inTurn(healers: readonly Healer[]): Healer | undefined {
  const [first] = healers;
  if (first === undefined || healers.length === 1) return first;
  return {
    name: healers.map(({ name }) => name).join(', '),
    mode: 'background',
    async propose(failure, signal) {
      const reasons: string[] = [];
      for (const healer of healers) {
        const proposal = await healer.propose(failure, signal);
        if (proposal.kind === 'plan') return { ...proposal, healer: healer.name };
        reasons.push(`${healer.name}: ${proposal.reason}`);
      }
      return { kind: 'refused', reason: reasons.join('; ') };
    },
  };
}
