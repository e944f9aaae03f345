import type { StateStore } from '../../engine/engine.ts';
import { limitLog } from '../../support/log-limit.ts';
import type { Logger } from '../../support/log.ts';
import type { HealingConfig } from './config.ts';
import type { RecentEvents } from '../rules/recent-events.ts';
import { ownHealers } from './define-healer.ts';
import type { Healer } from './healer.ts';
import { createLlmAudit } from './llm-audit.ts';
import { heuristicsHealer } from '../healers/heuristics/index.ts';

/**
 * The healers that the config asks for, in the order in which they are asked. What the model is asked and answers goes
 * to the audit in the state; the log says only that it was asked.
 */
export async function healersFor(
  config: HealingConfig,
  state: StateStore,
  recent: Pick<RecentEvents, 'of'>,
  log: Logger,
): Promise<Healer[]> {
  const healers: Healer[] = [
    heuristicsHealer({ threshold: config.heuristicsThreshold }),
    ...(await ownHealers(config.healers ?? [])),
  ];
  const { openai } = config;
  if (openai !== undefined) {
    const { budgetFor, llmHealer } = await import('../healers/llm/index.ts');
    const audit = createLlmAudit(state);
    const llm = { ...config, openai };
    // A restart does not begin a new hour, and all workers share one.
    const budget = budgetFor(llm);
    await audit.followSpent(budget.book);
    const lines = limitLog(log);
    healers.push(
      llmHealer(llm, {
        audit,
        budget,
        recent,
        onExchange({ contract, source, signature, attempt, model, outcome, tokens, duration_ms }) {
          const told = { contract, source, signature, attempt, model, outcome, tokens, duration_ms };
          lines.write('info', 'llm', told, 'asked the model');
        },
      }),
    );
  }
  return healers;
}
