import { SentinelError } from '../../../model/errors.ts';

/** One call; `at`: milliseconds since 1970. */
export interface Spent {
  at: number;
  tokens: number;
}

export interface Budget {
  /** Reserves one call; throws `llm_budget_exhausted` when the hour's calls or tokens are spent. */
  takeCall(): void;
  /** Books the tokens that a call has used. */
  addTokens(tokens: number): void;
  /** Books a call that another process made, or an earlier one. */
  book(call: Spent): void;
  /** Of the last hour. */
  used(): { calls: number; tokens: number };
}

export const hourMs = 3_600_000;

/** Limits calls and tokens over a sliding hour. */
export function hourlyBudget(options: { maxCalls: number; maxTokens: number; now?: () => number }): Budget {
  const now = options.now ?? Date.now;
  /** Oldest first. */
  const calls: Spent[] = [];
  let tokens = 0;

  const forgetOld = (): void => {
    const since = now() - hourMs;
    while (calls[0] !== undefined && calls[0].at <= since) tokens -= calls.shift()?.tokens ?? 0;
  };

  return {
    takeCall() {
      forgetOld();
      if (calls.length >= options.maxCalls)
        throw new SentinelError(
          'llm_budget_exhausted',
          `${options.maxCalls} calls were made in the last hour`,
        );
      if (tokens >= options.maxTokens)
        throw new SentinelError(
          'llm_budget_exhausted',
          `${options.maxTokens} tokens were used in the last hour`,
        );
      calls.push({ at: now(), tokens: 0 });
    },
    addTokens(used) {
      const latest = calls.at(-1);
      if (latest === undefined) return;
      latest.tokens += used;
      tokens += used;
    },
    book(call) {
      const before = calls.findLastIndex(({ at }) => at <= call.at);
      calls.splice(before + 1, 0, { ...call });
      tokens += call.tokens;
    },
    used() {
      forgetOld();
      return { calls: calls.length, tokens };
    },
  };
}
