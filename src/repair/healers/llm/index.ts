import { SentinelError, messageOf } from '../../../model/errors.ts';
import type { Failure, Healer, Proposal } from '../../healing/healer.ts';
import type { HealingConfig } from '../../healing/config.ts';
import type { LlmStatus } from '../../healing/status.ts';
import type { LlmAudit, LlmExchange, LlmOutcome } from '../../healing/llm-audit.ts';
import { parseAnswer } from '../../plans/parse-plan.ts';
import { tryPlan } from '../../plans/trial.ts';
import type { Violation } from '../../../model/violation.ts';
import { type Answer, readAnswer } from './answer.ts';
import { type Budget, hourlyBudget } from './budget.ts';
import { circuitBreaker } from './circuit-breaker.ts';
import { type Complete, openAiClient } from './client.ts';
import { keyMaskOf } from './key-mask.ts';
import { type ChatMessage, feedbackMessages, openingMessages } from './prompt.ts';
import { withoutValues } from './scrub.ts';

export type LlmConfig = Pick<
  HealingConfig,
  | 'temperature'
  | 'maxAttempts'
  | 'timeoutMs'
  | 'maxCallsPerHour'
  | 'maxTokensPerHour'
  | 'shareValues'
  | 'targetFields'
  | 'breakerPauseMs'
> & { openai: NonNullable<HealingConfig['openai']> };

export interface LlmHealerOptions {
  /** Keeps every prompt and answer; an answer is used only once it is kept. */
  audit?: Pick<LlmAudit, 'keep' | 'becameRule'>;
  /** Is told of every exchange, for the log. */
  onExchange?: (exchange: LlmExchange) => void;
  /** Of the hour, shared with whoever else asks. Default: the healer's own. */
  budget?: Budget;
  /** Consecutive failures of the server after which it is left alone. Default 5. */
  breakerThreshold?: number;
  /** Milliseconds since 1970. */
  now?: () => number;
}

/** What one answer comes to: an end, or a reason to ask again. */
type Judgement = { outcome: LlmOutcome } & (
  { done: Proposal } | { complaint: string; remaining: readonly Violation[] }
);

export const budgetFor = (config: LlmConfig, now?: () => number): Budget =>
  hourlyBudget({
    maxCalls: config.maxCallsPerHour,
    maxTokens: config.maxTokensPerHour,
    ...(now === undefined ? undefined : { now }),
  });

/**
 * Asks a language model for a plan. It is shown the contract, the violations and the event's shape, never a value
 * (unless `shareValues`). A plan that does not work goes back to it with the violations that are left, up to
 * `maxAttempts`; whatever it gets wrong is a refusal in the end. Throws `llm_unavailable` and `llm_budget_exhausted`.
 */
export function llmHealer(config: LlmConfig, options: LlmHealerOptions = {}): Healer {
  const now = options.now ?? Date.now;
  const { model, baseUrl } = config.openai;
  const budget = options.budget ?? budgetFor(config, now);
  const breaker = circuitBreaker({
    threshold: options.breakerThreshold ?? 5,
    cooldownMs: config.breakerPauseMs,
    now,
  });
  const totals = { calls: 0, tokens: 0, outcomes: {} as Record<string, number> };
  const complete: Complete = openAiClient({
    ...config.openai,
    temperature: config.temperature,
    timeoutMs: config.timeoutMs,
    beforeRequest() {
      budget.takeCall();
      totals.calls++;
    },
  });

  async function propose(failure: Failure, signal: AbortSignal): Promise<Proposal> {
    const messages: ChatMessage[] = [];
    let added = openingMessages(failure, config);
    let complaint = '';
    for (let attempt = 1; attempt <= config.maxAttempts; attempt++) {
      messages.push(...added);
      const { text, judgement } = await ask(failure, { messages, added, attempt }, signal);
      if ('done' in judgement) return judgement.done;
      complaint = judgement.complaint;
      added = feedbackMessages(text, complaint, judgement.remaining, failure);
    }
    const tries = config.maxAttempts === 1 ? 'its answer' : `${config.maxAttempts} answers`;
    return { kind: 'refused', reason: `the model gave no plan that works in ${tries}: ${complaint}` };
  }

  async function ask(
    failure: Failure,
    question: { messages: readonly ChatMessage[]; added: readonly ChatMessage[]; attempt: number },
    signal: AbortSignal,
  ): Promise<{ text: string; judgement: Judgement }> {
    const startedAt = now();
    const callsBefore = totals.calls;
    const keep = async (said: Pick<LlmExchange, 'answer' | 'model' | 'outcome' | 'tokens'>) => {
      const exchange: LlmExchange = {
        at: new Date(startedAt).toISOString(),
        contract: failure.contract.name,
        version: failure.contract.version,
        source: failure.source,
        signature: failure.signature,
        attempt: question.attempt,
        messages: [...question.added],
        ...said,
        duration_ms: now() - startedAt,
      };
      budget.addTokens(said.tokens);
      totals.tokens += said.tokens;
      totals.outcomes[said.outcome] = (totals.outcomes[said.outcome] ?? 0) + 1;
      options.onExchange?.(exchange);
      return options.audit?.keep(exchange);
    };

    let completion;
    try {
      completion = await breaker.run(() => complete(question.messages, signal));
    } catch (error) {
      // While the circuit is open, or the budget spent, nothing is sent and there is nothing to keep.
      if (error instanceof SentinelError && totals.calls > callsBefore)
        await keep({ answer: messageOf(error), model, outcome: 'unavailable', tokens: 0 });
      throw error;
    }
    if (completion.kind === 'rejected') {
      const { reason, tokens } = completion;
      await keep({ answer: reason, model, outcome: 'rejected', tokens });
      return { text: '', judgement: { done: { kind: 'refused', reason }, outcome: 'rejected' } };
    }
    const { text, model: answering, tokens } = completion;
    const judgement = judge(failure, readAnswer(text), answering);
    const id = await keep({ answer: text, model: answering, outcome: judgement.outcome, tokens });
    if (id !== undefined && 'done' in judgement && judgement.done.kind === 'plan')
      judgement.done.becameRule = async (ruleId) => options.audit?.becameRule(id, ruleId);
    return { text, judgement };
  }

  function judge(failure: Failure, answer: Answer, answering: string): Judgement {
    const mask = keyMaskOf(failure.event, failure.contract.jsonSchema);
    const sendable = (reason: string) => withoutValues(mask.withoutKeys(reason), failure.event);
    if (answer.kind === 'refused')
      return { done: { kind: 'refused', reason: answer.reason }, outcome: 'refused' };
    if (answer.kind === 'invalid')
      return { complaint: sendable(answer.reason), remaining: [], outcome: 'invalid' };
    const { targetFields } = config;
    // Once more through the same checks: a key of the event may be none that a plan can name.
    const read = parseAnswer(mask.unmasked(answer.plan));
    if (read.kind !== 'plan') return { complaint: sendable(read.reason), remaining: [], outcome: 'invalid' };
    const { plan } = read;
    const trial = tryPlan(failure, plan, targetFields === undefined ? {} : { targetFields });
    if (!trial.ok) {
      const { reason, remaining = [] } = trial.error;
      // What is left is told with its paths as the model may see them; the reason has them as they are.
      const complaint =
        remaining.length > 0
          ? 'the contract still refuses what the plan makes of the event'
          : sendable(reason);
      return { complaint, remaining, outcome: 'plan_failed' };
    }
    const evidence = [
      `${answering} proposed it from the event's shape, and the result satisfies the contract`,
    ];
    // With shared values the model's own words may quote one; rules are kept and exported.
    if (answer.reason !== undefined && !config.shareValues) evidence.push(`its reason: ${answer.reason}`);
    return { done: { kind: 'plan', plan, evidence, model: answering }, outcome: 'plan' };
  }

  function status(): LlmStatus {
    const used = budget.used();
    const share = (spent: number, limit: number) => ({
      used: spent,
      limit,
      left: Math.max(0, limit - spent),
    });
    const { state, lastFailure } = breaker;
    return {
      model,
      ...(baseUrl === undefined ? undefined : { base_url: withoutSecrets(baseUrl) }),
      share_values: config.shareValues,
      breaker: { state, ...(lastFailure === undefined ? undefined : { last_failure: lastFailure }) },
      budget: {
        calls: share(used.calls, config.maxCallsPerHour),
        tokens: share(used.tokens, config.maxTokensPerHour),
      },
      totals: structuredClone(totals),
    };
  }

  return { name: 'llm', propose, status };
}

/** Without a user, a password or a query, in which some gateways take their key. */
function withoutSecrets(url: string): string {
  if (!URL.canParse(url)) return 'not a URL';
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
