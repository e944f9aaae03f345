import type { Logger } from '../log.ts';
import type { HealingConfig } from './healing-config.ts';
import type { Healer } from './healer.ts';
import { heuristicsHealer } from './healers/heuristics.ts';

/** The healers that the config asks for, in the order in which they are asked. */
export async function healersFor(config: HealingConfig, log: Logger): Promise<Healer[]> {
  const healers: Healer[] = [heuristicsHealer({ threshold: config.heuristicsThreshold })];
  const { openai } = config;
  if (openai !== undefined) {
    const { llmHealer } = await import('./healers/llm.ts');
    healers.push(
      llmHealer(
        { ...config, openai },
        { audit: (entry) => log.info({ audit: entry }, 'healer asked the model') },
      ),
    );
  }
  return healers;
}
