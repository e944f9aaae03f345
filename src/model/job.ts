import type { DeadLetterFilter } from './dead-letter.ts';
import type { Plan } from './plan.ts';

/**
 * queued ──► running ──► done | failed
 *    │          │
 *    └─cancel───┴──► cancelling ──► cancelled
 */
export const jobStates = ['queued', 'running', 'cancelling', 'done', 'cancelled', 'failed'] as const;
export type JobState = (typeof jobStates)[number];

/** `correct`: what matches is corrected by a plan and sent back; `import`: the letters that a corrected file names. */
export const jobKinds = ['replay', 'discard', 'correct', 'import'] as const;
export type JobKind = (typeof jobKinds)[number];

/** Which letters a job is for: open ones, so it has no status. Of an import it is empty: its lines name their letters. */
export type JobFilter = Omit<DeadLetterFilter, 'status'>;

/** What a person has ordered. */
export interface JobOrder {
  kind: JobKind;
  filter: JobFilter;
  /** ISO 8601 time: only letters that have not changed since. */
  as_of: string;
  /** Why they are discarded. */
  reason?: string;
  /** What is done to each event, of `correct`. */
  plan?: Plan;
  /** The rule that was learned from the plan. */
  rule_id?: string;
  /** Of an import: also what still breaks its contract. */
  force?: boolean;
}

/** A letter that a job left alone. */
export interface LeftAlone {
  id: string;
  /** Of the imported file, from 1. */
  line?: number;
  reason: string;
}

/** Work on many dead letters, which goes on after a restart. Times are ISO 8601. */
export interface Job extends JobOrder {
  id: string;
  state: JobState;
  actor: { id: string; name: string };
  /** Letters that matched when it began; null until they are counted. */
  total: number | null;
  /** Letters that it has dealt with… */
  done: number;
  /** …and of these, letters that it left alone: settled or changed by somebody else, or not mended by the correction. */
  failed: number;
  /** The first of those that a correction left alone. */
  left_alone?: LeftAlone[];
  /** Letters that it has sent back and that are open again, as far as is known. */
  failed_again?: number;
  /** Why it stands still. */
  waits?: string;
  created_at: string;
  updated_at: string;
  started_at?: string;
  finished_at?: string;
  /** Why it failed. */
  error?: string;
}

export const isFinished = ({ state }: Pick<Job, 'state'>): boolean =>
  state === 'done' || state === 'cancelled' || state === 'failed';
