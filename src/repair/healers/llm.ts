import { SentinelError, messageOf } from '../../errors.ts';
import type { Failure, Healer, Proposal } from '../healer.ts';
import type { HealingConfig } from '../healing-config.ts';
import { tryPlan } from '../trial.ts';
import type { Violation } from '../../validate/violation.ts';
import { type Answer, readAnswer } from './llm/answer.ts';
import type { Audit, LlmAuditEntry } from './llm/audit.ts';
import { hourlyBudget } from './llm/budget.ts';
import { circuitBreaker } from './llm/circuit-breaker.ts';
import { type Complete, openAiClient } from './llm/client.ts';
import { type ChatMessage, feedbackMessages, openingMessages } from './llm/prompt.ts';
import { withoutValues } from './llm/scrub.ts';

export type LlmConfig = Pick<
  HealingConfig,
  | 'temperature'
  | 'maxAttempts'
  | 'timeoutMs'
  | 'maxCallsPerHour'
  | 'maxTokensPerHour'
  | 'shareValues'
  | 'targetFields'
> & { openai: NonNullable<HealingConfig['openai']> };

export interface LlmHealerOptions {
  /** Gets every prompt and answer. */
  audit?: Audit;
  /** Consecutive failures of the server after which it is left alone. Default 5. */
  breakerThreshold?: number;
  /** How long it is left alone, before one request probes it. Default 30 s. */
  breakerCooldownMs?: number;
  /** Milliseconds since 1970. */
  now?: () => number;
}

/** What one answer comes to: an end, or a reason to ask again. */
type Judgement =
  | { done: Proposal; outcome: LlmAuditEntry['outcome'] }
  | { complaint: string; remaining: readonly Violation[]; outcome: LlmAuditEntry['outcome'] };

/**
 * Asks a language model for a plan. It is shown the contract, the violations and the event's shape, never a value
 * (unless `shareValues`). A plan that does not work goes back to it with the violations that are left, up to
 * `maxAttempts`; whatever it gets wrong is a refusal in the end. Throws `llm_unavailable` and `llm_budget_exhausted`.
 */
export function llmHealer(config: LlmConfig, options: LlmHealerOptions = {}): Healer {
  const now = options.now ?? Date.now;
  const budget = hourlyBudget({ maxCalls: config.maxCallsPerHour, maxTokens: config.maxTokensPerHour, now });
  const breaker = circuitBreaker({
    threshold: options.breakerThreshold ?? 5,
    cooldownMs: options.breakerCooldownMs ?? 30_000,
    now,
  });
  const complete: Complete = openAiClient({
    ...config.openai,
    temperature: config.temperature,
    timeoutMs: config.timeoutMs,
    beforeRequest: () => budget.takeCall(),
  });

  async function propose(failure: Failure, signal: AbortSignal): Promise<Proposal> {
    const messages = openingMessages(failure, config);
    let complaint = '';
    for (let attempt = 1; attempt <= config.maxAttempts; attempt++) {
      const { text, judgement } = await ask(failure, messages, attempt, signal);
      if ('done' in judgement) return judgement.done;
      complaint = judgement.complaint;
      messages.push(...feedbackMessages(text, complaint, judgement.remaining));
    }
    const tries = config.maxAttempts === 1 ? 'its answer' : `${config.maxAttempts} answers`;
    return { kind: 'refused', reason: `the model gave no plan that works in ${tries}: ${complaint}` };
  }

  async function ask(
    failure: Failure,
    messages: readonly ChatMessage[],
    attempt: number,
    signal: AbortSignal,
  ) {
    const startedAt = now();
    const record = (answer: string, model: string, outcome: LlmAuditEntry['outcome'], tokens: number): void =>
      options.audit?.({
        at: new Date(startedAt).toISOString(),
        contract: failure.contract.name,
        version: failure.contract.version,
        source: failure.source,
        signature: failure.signature,
        attempt,
        model,
        messages: [...messages],
        answer,
        outcome,
        tokens,
        durationMs: now() - startedAt,
      });

    const completion = await breaker
      .run(() => complete(messages, signal))
      .catch((error: unknown) => {
        if (error instanceof SentinelError) record(messageOf(error), config.openai.model, 'unavailable', 0);
        throw error;
      });
    if (completion.kind === 'rejected') {
      record(completion.reason, config.openai.model, 'rejected', 0);
      const judgement: Judgement = {
        done: { kind: 'refused', reason: completion.reason },
        outcome: 'rejected',
      };
      return { text: '', judgement };
    }
    const { text, model, tokens } = completion;
    budget.addTokens(tokens);
    const judgement = judge(failure, readAnswer(text), model);
    record(text, model, judgement.outcome, tokens);
    return { text, judgement };
  }

  function judge(failure: Failure, answer: Answer, model: string): Judgement {
    if (answer.kind === 'refused')
      return { done: { kind: 'refused', reason: answer.reason }, outcome: 'refused' };
    if (answer.kind === 'invalid')
      return { complaint: withoutValues(answer.reason, failure.event), remaining: [], outcome: 'invalid' };
    const { targetFields } = config;
    const trial = tryPlan(failure, answer.plan, targetFields === undefined ? {} : { targetFields });
    if (!trial.ok) {
      const { reason, remaining = [] } = trial.error;
      return { complaint: withoutValues(reason, failure.event), remaining, outcome: 'plan_failed' };
    }
    const evidence = [`${model} proposed it from the event's shape, and the result satisfies the contract`];
    // With shared values the model's own words may quote one; rules are kept and exported.
    if (answer.reason !== undefined && !config.shareValues) evidence.push(`its reason: ${answer.reason}`);
    return { done: { kind: 'plan', plan: answer.plan, evidence, model }, outcome: 'plan' };
  }

  return { name: 'llm', propose };
}
