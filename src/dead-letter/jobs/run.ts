import { type JobKind, type LeftAlone, isFinished } from '../../model/job.ts';
import type { DeadLetterStore } from '../store.ts';
import type { Logger } from '../../support/log.ts';
import { pause } from '../../support/retry.ts';
import { type Pace, longSlice } from './pace.ts';
import type { JobStore, StoredJob } from './store.ts';
import type { Work } from './work.ts';

export interface RunParts {
  jobs: JobStore;
  letters: Pick<DeadLetterStore, 'get'>;
  work: Record<JobKind, Work>;
  pace: Pace;
  log: Pick<Logger, 'warn'>;
  /** The process ends. */
  closing: AbortSignal;
}

const mostNamed = 20;
const mostFollowed = 500;
const lastOnesMs = 5_000;
const lookMs = 50;

/**
 * Works on a job until it is finished or the signal comes; from where it was, if it was begun before. The record names the
 * letters of the slice in hand, so each is counted once whatever crashes. Whoever changes the record meanwhile ends this run.
 */
export async function runJob(
  parts: RunParts,
  id: string,
  signal: AbortSignal,
): Promise<StoredJob | undefined> {
  const { jobs } = parts;
  let job = await jobs.get(id);
  if (job === undefined || isFinished(job)) return undefined;
  const work = parts.work[job.kind];
  /** Of a slice that an earlier run has begun, letters may be settled already. */
  let isResumed = true;
  let length = longSlice;
  for (;;) {
    const began = Date.now();
    const ended = await lookAtSent(parts.letters, job);
    const left = job.slice.length === 0 ? [] : await settleSlice(parts, job, isResumed);
    isResumed = false;
    const { waits: _waits, ...known } = job;
    const next: StoredJob = {
      ...known,
      ...ended,
      done: job.done + job.slice.length,
      failed: job.failed + left.length,
      ...namedWith(job, left),
      slice: [],
      updated_at: new Date().toISOString(),
    };
    if (job.state === 'cancelling' || (job.end === true && job.state === 'running'))
      return finish(parts, job, next);
    if (signal.aborted) return cancelledElsewhere(parts, job, next);
    if (job.state === 'queued') {
      next.state = 'running';
      next.started_at = next.updated_at;
      next.total = await work.total(job);
    }
    Object.assign(next, await work.next(job, length));
    if (await jobs.replace(job, next)) job = next;
    else return cancelledElsewhere(parts, job, next);
    if (job.slice.length > 0) ({ job, length } = await rest(parts, job, { began, signal }));
  }
}

/** Waits for the turn of the next slice; a wait that takes long is said in the record and in the log. */
async function rest(
  { jobs, pace, log }: RunParts,
  job: StoredJob,
  { began, signal }: { began: number; signal: AbortSignal },
): Promise<{ job: StoredJob; length: number }> {
  let current = job;
  const onWait = async (waits: string) => {
    log.warn({ status: 'waiting', code: 'job_waits', job_id: job.id }, `job ${job.id} waits: ${waits}`);
    const waiting = { ...current, waits, updated_at: new Date().toISOString() };
    if (await jobs.replace(current, waiting)) current = waiting;
  };
  const length = await pace({ began, signal, onWait });
  return { job: current, length };
}

/** Of what was sent back before: how many are open again, and which are still on their way. */
async function lookAtSent(
  letters: Pick<DeadLetterStore, 'get'>,
  { kind, sent = [], slice, failed_again: before = 0 }: StoredJob,
): Promise<Pick<StoredJob, 'sent' | 'failed_again'>> {
  if (kind === 'discard') return {};
  const onTheWay: typeof sent = [];
  let again = 0;
  for (const [id, replays] of sent) {
    const letter = await letters.get(id);
    if (letter === undefined || letter.replays <= replays) continue;
    if (letter.status === 'open') again++;
    else if (letter.status === 'replaying') onTheWay.push([id, replays]);
  }
  // Those that wait for a healer for long are followed no more.
  return { failed_again: before + again, sent: [...onTheWay, ...slice].slice(-mostFollowed) };
}

/** How the last ones end is worth a moment. */
async function untilSentHaveEnded(
  letters: Pick<DeadLetterStore, 'get'>,
  job: StoredJob,
  signal: AbortSignal,
): Promise<StoredJob> {
  const until = Date.now() + lastOnesMs;
  let known = job;
  do known = { ...known, ...(await lookAtSent(letters, known)) };
  while ((known.sent ?? []).length > 0 && Date.now() < until && (await pause(lookMs, signal)));
  return known;
}

/** Cancelled by a person, whose word stands beside what was done. Otherwise another run goes on with the job, or a later start. */
async function cancelledElsewhere(
  parts: RunParts,
  known: StoredJob,
  { done, failed, failed_again, left_alone, sent, updated_at }: StoredJob,
): Promise<StoredJob | undefined> {
  const changed = await parts.jobs.get(known.id);
  if (changed?.state !== 'cancelling') return undefined;
  if (changed.done !== known.done || changed.cursor !== known.cursor) return undefined;
  const counts = { done, failed, failed_again, left_alone };
  return finish(parts, changed, { ...changed, ...counts, sent, slice: [], updated_at });
}

async function finish(
  { jobs, letters, closing }: RunParts,
  from: StoredJob,
  to: StoredJob,
): Promise<StoredJob | undefined> {
  const isDone = from.state !== 'cancelling';
  // Cancelled, it sends no more; how those ended that it has sent is counted all the same.
  const { sent: _sent, ...ended } = await untilSentHaveEnded(letters, to, closing);
  const finished: StoredJob = {
    ...ended,
    state: isDone ? 'done' : 'cancelled',
    finished_at: new Date().toISOString(),
    total: isDone ? to.done : to.total,
  };
  if (await jobs.replace(from, finished)) return finished;
  const changed = await jobs.get(from.id);
  // Cancelled in this moment: there was nothing left to cancel.
  if (changed?.state === 'cancelling' && isDone && (await jobs.replace(changed, finished))) return finished;
  return undefined;
}

/** The letters of the slice that were left alone. What an earlier run of this job has settled is settled. */
async function settleSlice(
  { letters, work }: RunParts,
  job: StoredJob,
  isResumed: boolean,
): Promise<LeftAlone[]> {
  const { settle, hasSettled } = work[job.kind];
  const left = await settle(job);
  const isOurs = await Promise.all(
    job.slice.map(async ([id, replays], at) => {
      if (left[at] === undefined || !isResumed) return left[at] === undefined;
      const letter = await letters.get(id);
      return letter !== undefined && hasSettled(job, letter, replays);
    }),
  );
  return left.filter((one, at) => one !== undefined && !isOurs[at]).map((one) => one!);
}

/** Of a replay and a discard the reason is always the same: somebody else was faster. */
const namedWith = ({ kind, left_alone: named = [] }: StoredJob, left: readonly LeftAlone[]) =>
  kind === 'replay' || kind === 'discard' || (named.length === 0 && left.length === 0)
    ? {}
    : { left_alone: [...named, ...left].slice(0, mostNamed) };
