import type { FlowGraph, FlowNode } from '../../../../src/steps/flow-graph.ts';
import type { GroupDepth } from './stats.ts';

export type { FlowGraph };
export type { Trigger } from '../../../../src/steps/step.ts';

export type FlowStep = Extract<FlowNode, { kind: 'step' }>;
export type LooseTopic = Extract<FlowNode, { kind: 'topic' }>;

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
