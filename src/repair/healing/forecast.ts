import type { Tools } from './ways.ts';

/** What the healers would do with an event now; `waits`: for the model, or for a person's word on a rule. */
export type HealingForecast = 'repaired' | 'waits' | 'dead_letter';

/** The same tools for a dry run: nothing is learned, counted, noted or asked. */
export function dryTools({ rules, background, ...tools }: Tools): Tools {
  const { peek, inactive, wouldLearn } = rules;
  return {
    ...tools,
    rules: { peek, find: peek, inactive, learn: wouldLearn, wouldLearn, outdone: () => undefined },
    background: background && {
      isAsking: () => false,
      waitFor: () => 0,
      healedBy: () => undefined,
      ask: () => ({ kind: 'wait', deferMs: 0 }),
    },
    waiting: { saw: () => undefined },
  };
}
