import { SentinelError, messageOf } from '../../../model/errors.ts';
import type { LlmAudit, LlmExchange, LlmOutcome } from '../../healing/llm-audit.ts';
import type { Failure } from '../../healing/healer.ts';
import type { Budget } from './budget.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';
import type { AnswerFormat, Complete } from './client.ts';
import type { ChatMessage } from './prompt.ts';

export interface Question {
  /** All of the conversation. */
  messages: readonly ChatMessage[];
  /** What this question has added to it. */
  added: readonly ChatMessage[];
  /** 1 for the first about a failure. */
  attempt: number;
  wanted?: AnswerFormat;
}

/** What came back: read, or why nothing can be read. */
export type Reply<T> =
  { kind: 'read'; text: string; read: T; auditId: string | undefined } | { kind: 'rejected'; reason: string };

export interface Totals {
  calls: number;
  tokens: number;
  outcomes: Record<string, number>;
}

/** Puts a question to the model. What was asked and answered is kept before the answer is used. */
export type Talk = <T extends { outcome: LlmOutcome }>(
  failure: Failure,
  question: Question,
  read: (text: string, model: string) => T,
  signal: AbortSignal,
) => Promise<Reply<T>>;

export function createTalk(deps: {
  complete: Complete;
  breaker: CircuitBreaker;
  budget: Budget;
  totals: Totals;
  model: string;
  audit: Pick<LlmAudit, 'keep'> | undefined;
  onExchange: ((exchange: LlmExchange) => void) | undefined;
  now: () => number;
}): Talk {
  const { complete, breaker, budget, totals, model, audit, onExchange, now } = deps;

  return async (failure, question, read, signal) => {
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
      onExchange?.(exchange);
      return audit?.keep(exchange);
    };

    let completion;
    try {
      completion = await breaker.run(() => complete(question.messages, signal, question.wanted));
    } catch (error) {
      // While the circuit is open, or the budget spent, nothing is sent and there is nothing to keep.
      if (error instanceof SentinelError && totals.calls > callsBefore)
        await keep({ answer: messageOf(error), model, outcome: 'unavailable', tokens: 0 });
      throw error;
    }
    if (completion.kind === 'rejected') {
      const { reason, tokens } = completion;
      await keep({ answer: reason, model, outcome: 'rejected', tokens });
      return { kind: 'rejected', reason };
    }
    const { text, model: answering, tokens } = completion;
    const result = read(text, answering);
    const auditId = await keep({ answer: text, model: answering, outcome: result.outcome, tokens });
    return { kind: 'read', text, read: result, auditId };
  };
}
