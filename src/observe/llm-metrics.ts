import { Counter, Gauge, Registry } from 'prom-client';
import type { HealingStatus } from '../repair/healing/status.ts';

const breakerNumbers = { closed: 0, half_open: 1, open: 2 } as const;

/** Prometheus text of what the model costs and whether it answers; empty when none is configured. */
export async function llmMetrics({ llm }: HealingStatus): Promise<string> {
  if (llm === undefined) return '';
  const registry = new Registry();
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name, help, labelNames, registers });
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });

  counter(
    'sentinel_llm_requests_total',
    'Requests to the model, retries included, since the process started',
  ).inc(llm.totals.calls);
  counter('sentinel_llm_tokens_total', 'Tokens used, since the process started').inc(llm.totals.tokens);
  const outcomes = counter('sentinel_llm_answers_total', 'Questions by what came of them', ['outcome']);
  for (const [outcome, count] of Object.entries(llm.totals.outcomes)) outcomes.inc({ outcome }, count);
  gauge('sentinel_llm_breaker_state', 'Circuit breaker: 0 closed, 1 half open, 2 open').set(
    breakerNumbers[llm.breaker.state],
  );
  gauge('sentinel_llm_calls_in_flight', 'Signatures that the model is being asked about').set(
    llm.calls_in_flight,
  );
  gauge('sentinel_llm_budget_calls_left', "Calls left of the hour's budget").set(llm.budget.calls.left);
  gauge('sentinel_llm_budget_tokens_left', "Tokens left of the hour's budget").set(llm.budget.tokens.left);
  return registry.metrics();
}
