export type { HistorySeries as History } from '../../../../src/observe/history/history.ts';

export interface GroupDepth {
  group: string;
  pending: number;
  waiting: number;
}

export interface Stats {
  accepted: number;
  loaded: number;
  repaired: number;
  duplicate: number;
  dead_letters: number;
  discarded: number;
  pending: number;
  healing: number;
  rates: Partial<Record<string, number>>;
  queues: { topic: string; published: number; bytes: number; groups: GroupDepth[] }[];
}

export const outcomes = ['loaded', 'repaired', 'healing', 'dead_letter', 'duplicate'] as const;
export type Outcome = (typeof outcomes)[number];
export type EventStatus = Outcome | 'accepted' | 'discarded';
export type HealerName = 'rule' | 'heuristics' | 'llm' | 'person';
