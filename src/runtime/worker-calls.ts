import type { Json } from '../model/json.ts';
import type { Pipeline } from './pipeline-api.ts';

/** What any worker can answer for a gateway; `callRoute` is asked of those that run the step. */
export const forwarded = [
  'find',
  'onItsWayOut',
  'query',
  'counts',
  'status',
  'trial',
  'reviewEdit',
  'dryRunEdit',
  'learn',
  'learnPlan',
  'correctByHand',
  'correctByPlan',
  'healing',
  'repairs',
  'touchedByRule',
  'rollBack',
  'erase',
  'destinations',
  'copies',
  'searchEvents',
  'storedRow',
  'violations',
  'history',
  'sources',
  'drift',
  'activity',
] as const satisfies (keyof Pipeline)[];

export type Forwarded = (typeof forwarded)[number];

export const pipelineTopic = 'pipeline';
/** A worker answers for the steps that it runs. */
export const stepTopic = (step: string): string => `step/${step}`;

/** A result, or the error that the asker shall see. */
export type Answer = { value?: Json } | { error: string; code?: string };
