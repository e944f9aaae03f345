import type { HealingStatus } from '../repair/healing/status.ts';
import { type Sample, metricText } from './exposition.ts';

const breakerNumbers = { closed: 0, half_open: 1, open: 2 } as const;

/** Prometheus text of what the model costs and whether it answers; empty when none is configured. */
export function llmMetrics({ llm }: HealingStatus): string {
  if (llm === undefined) return '';
  const { totals, breaker, budget } = llm;
  const counter = (name: string, help: string, samples: Sample[]) =>
    metricText({ name, type: 'counter', help }, samples);
  const gauge = (name: string, help: string, value: number) =>
    metricText({ name, type: 'gauge', help }, [[{}, value]]);
  const answers = Object.entries(totals.outcomes).map(([outcome, count]): Sample => [{ outcome }, count]);
  return [
    counter(
      'sentinel_llm_requests_total',
      'Requests to the model, retries included, since the process started',
      [[{}, totals.calls]],
    ),
    counter('sentinel_llm_tokens_total', 'Tokens used, since the process started', [[{}, totals.tokens]]),
    counter('sentinel_llm_answers_total', 'Questions by what came of them', answers),
    gauge(
      'sentinel_llm_breaker_state',
      'Circuit breaker: 0 closed, 1 half open, 2 open',
      breakerNumbers[breaker.state],
    ),
    gauge(
      'sentinel_llm_calls_in_flight',
      'Signatures that the model is being asked about',
      llm.calls_in_flight,
    ),
    gauge('sentinel_llm_budget_calls_left', "Calls left of the hour's budget", budget.calls.left),
    gauge('sentinel_llm_budget_tokens_left', "Tokens left of the hour's budget", budget.tokens.left),
  ].join('');
}
