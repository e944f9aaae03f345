import type { Failure, Healer, Proposal } from '../../healing/healer.ts';
import type { HealingConfig } from '../../healing/config.ts';
import type { LlmStatus } from '../../healing/status.ts';
import type { LlmAudit, LlmExchange } from '../../healing/llm-audit.ts';
import type { RecentEvents } from '../../rules/recent-events.ts';
import { readAnswer } from './answer.ts';
import { type Budget, hourlyBudget } from './budget.ts';
import { circuitBreaker } from './circuit-breaker.ts';
import { type Complete, openAiClient } from './client.ts';
import { judgeAnswer } from './judge.ts';
import { createConfirmation } from './confirmation.ts';
import { type ChatMessage, feedbackMessages, openingMessages } from './prompt.ts';
import { type Totals, createTalk } from './talk.ts';

export type LlmConfig = Pick<
  HealingConfig,
  | 'temperature'
  | 'maxAttempts'
  | 'timeoutMs'
  | 'maxCallsPerHour'
  | 'maxTokensPerHour'
  | 'shareValues'
  | 'secondLook'
  | 'targetFields'
  | 'breakerPauseMs'
> & { openai: NonNullable<HealingConfig['openai']> };

export interface LlmHealerOptions {
  /** Keeps every prompt and answer; an answer is used only once it is kept. */
  audit?: Pick<LlmAudit, 'keep' | 'becameRule'>;
  /** What each sender sent that its contract accepted. The model is shown the shapes of it. */
  recent?: Pick<RecentEvents, 'of'>;
  /** Is told of every exchange, for the log. */
  onExchange?: (exchange: LlmExchange) => void;
  /** Of the hour, shared with whoever else asks. Default: the healer's own. */
  budget?: Budget;
  /** Consecutive failures of the server after which it is left alone. Default 5. */
  breakerThreshold?: number;
  /** Milliseconds since 1970. */
  now?: () => number;
}

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
  const totals: Totals = { calls: 0, tokens: 0, outcomes: {} };
  const complete: Complete = openAiClient({
    ...config.openai,
    temperature: config.temperature,
    timeoutMs: config.timeoutMs,
    beforeRequest() {
      budget.takeCall();
      totals.calls++;
    },
  });

  const talk = createTalk({
    complete,
    breaker,
    budget,
    totals,
    model,
    audit: options.audit,
    onExchange: options.onExchange,
    now,
  });

  const confirm = createConfirmation(talk, config.secondLook);

  async function propose(failure: Failure, signal: AbortSignal): Promise<Proposal> {
    const messages: ChatMessage[] = [];
    const valid = options.recent?.of(failure.contract, failure.source);
    let added = openingMessages(failure, { ...config, valid });
    let complaint = '';
    for (let attempt = 1; attempt <= config.maxAttempts; attempt++) {
      messages.push(...added);
      const judge = (text: string, answering: string) =>
        judgeAnswer(failure, readAnswer(text), answering, config.targetFields);
      const reply = await talk(failure, { messages, added, attempt }, judge, signal);
      if (reply.kind === 'rejected') return { kind: 'refused', reason: reply.reason };
      const { read: judgement, auditId, text } = reply;
      if ('done' in judgement) {
        const { done } = judgement;
        if (done.kind !== 'plan') return done;
        if (auditId !== undefined)
          done.becameRule = async (ruleId) => options.audit?.becameRule(auditId, ruleId);
        return confirm(failure, done, attempt, signal);
      }
      complaint = judgement.complaint;
      added = feedbackMessages(text, complaint, judgement.remaining, failure);
    }
    const tries = config.maxAttempts === 1 ? 'its answer' : `${config.maxAttempts} answers`;
    return { kind: 'refused', reason: `the model gave no plan that works in ${tries}: ${complaint}` };
  }

  function status(): LlmStatus {
    const used = budget.used();
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

  return { name: 'llm', mode: 'background', propose, status };
}

const share = (used: number, limit: number) => ({ used, limit, left: Math.max(0, limit - used) });

/** Without a user, a password or a query, in which some gateways take their key. */
function withoutSecrets(url: string): string {
  if (!URL.canParse(url)) return 'not a URL';
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
