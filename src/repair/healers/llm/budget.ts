import { SentinelError } from '../../../errors.ts';

export interface Budget {
  /** Reserves one call; throws `llm_budget_exhausted` when the hour's calls or tokens are spent. */
  takeCall(): void;
  /** Books the tokens that a call has used. */
  addTokens(tokens: number): void;
  /** Of the last hour. */
  used(): { calls: number; tokens: number };
}

export const hourMs = 3_600_000;

/** Limits calls and tokens over a sliding hour. `spent`: what an earlier process used of it, oldest first. */
export function hourlyBudget(options: {
  maxCalls: number;
  maxTokens: number;
  spent?: readonly { at: number; tokens: number }[];
  now?: () => number;
}): Budget {
  const now = options.now ?? Date.now;
  const calls = (options.spent ?? []).map((call) => ({ ...call }));
  let tokens = calls.reduce((sum, call) => sum + call.tokens, 0);

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
    used() {
      forgetOld();
      return { calls: calls.length, tokens };
    },
  };
}
