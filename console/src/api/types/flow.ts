import type { GroupDepth } from './stats.ts';

export type Trigger =
  | { type: 'http'; method: string; path: string }
  | { type: 'queue'; topic: string }
  | { type: 'cron'; cron?: string; schedule?: string };

export interface FlowStep {
  kind: 'step';
  id: string;
  name: string;
  description: string;
  triggers: Trigger[];
  enqueues: string[];
  flows: string[];
  file?: string;
  retry?: { max_attempts: number };
}

export interface LooseTopic {
  kind: 'topic';
  id: string;
  topic: string;
  missing: 'consumer' | 'producer';
}

export interface FlowGraph {
  flows: string[];
  nodes: (FlowStep | LooseTopic)[];
  edges: { id: string; from: string; to: string; topic: string }[];
}

export interface FlowActivity {
  steps: StepActivity[];
  queues: QueueActivity[];
  topics: { topic: string; published: number; rate: number | null }[];
}

export interface QueueActivity extends GroupDepth {
  topic: string;
  rate: number | null;
}

export interface StepActivity {
  name: string;
  handled: number;
  errors: number;
  /** Events per second; null until the service has run long enough to tell. */
  rate: number | null;
  last_errors: { at: string; code: string; message: string }[];
}

export interface Consumer extends GroupDepth {
  topic: string;
  paused_since?: string;
}
