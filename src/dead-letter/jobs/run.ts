import type { Engine } from '../../engine/engine.ts';
import { type JobFilter, isFinished } from '../../model/job.ts';
import { countOpen } from '../count-open.ts';
import type { DeadLetterCounts } from '../counts.ts';
import { replay } from '../replay.ts';
import type { DeadLetterStore } from '../store.ts';
import type { Logger } from '../../support/log.ts';
import { pause } from '../../support/retry.ts';
import type { Pace } from './pace.ts';
import type { JobStore, StoredJob } from './store.ts';

export interface RunParts {
  jobs: JobStore;
  engine: Engine;
  letters: DeadLetterStore;
  deadLetters: Pick<DeadLetterCounts, 'countOpen'>;
  pace: Pace;
  log: Pick<Logger, 'warn'>;
  /** The process ends. */
  closing: AbortSignal;
}

/** Their writes share a commit, and so many may be settled twice over when the process dies: the second time changes nothing. */
const sliceLength = 100;
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
  /** Of a slice that an earlier run has begun, letters may be settled already. */
  let isResumed = true;
  for (;;) {
    const ended = await lookAtSent(parts.letters, job);
    const counted = await settleSlice(parts, job, isResumed);
    isResumed = false;
    const { waits: _waits, ...known } = job;
    const next: StoredJob = {
      ...known,
      ...ended,
      done: job.done + counted.done,
      failed: job.failed + counted.failed,
      slice: [],
      updated_at: new Date().toISOString(),
    };
    if (job.state === 'cancelling' || (job.end === true && job.state === 'running'))
      return finish(parts, job, next);
    if (signal.aborted) return cancelledElsewhere(parts, job, next);
    if (job.state === 'queued') {
      next.state = 'running';
      next.started_at = next.updated_at;
      next.total = await countMatching(parts, job);
    }
    Object.assign(next, await nextSlice(parts.letters, job));
    if (await jobs.replace(job, next)) job = next;
    else return cancelledElsewhere(parts, job, next);
    if (job.slice.length > 0) job = await rest(parts, job, signal);
  }
}

/** Waits for the turn of the next slice; a wait that takes long is said in the record and in the log. */
async function rest({ jobs, pace, log }: RunParts, job: StoredJob, signal: AbortSignal): Promise<StoredJob> {
  let current = job;
  await pace(signal, async (waits) => {
    log.warn({ status: 'waiting', code: 'job_waits', job_id: job.id }, `job ${job.id} waits: ${waits}`);
    const waiting = { ...current, waits, updated_at: new Date().toISOString() };
    if (await jobs.replace(current, waiting)) current = waiting;
  });
  return current;
}

/** Of what was sent back before: how many are open again, and which are still on their way. */
async function lookAtSent(
  letters: Pick<DeadLetterStore, 'get'>,
  { kind, sent = [], slice, failed_again: before = 0 }: StoredJob,
): Promise<Pick<StoredJob, 'sent' | 'failed_again'>> {
  if (kind !== 'replay') return {};
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
  { done, failed, failed_again, sent, updated_at }: StoredJob,
): Promise<StoredJob | undefined> {
  const changed = await parts.jobs.get(known.id);
  if (changed?.state !== 'cancelling') return undefined;
  if (changed.done !== known.done || changed.cursor !== known.cursor) return undefined;
  return finish(parts, changed, { ...changed, done, failed, failed_again, sent, slice: [], updated_at });
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

async function settleSlice(
  { engine, letters }: RunParts,
  { kind, slice, reason = '', as_of }: StoredJob,
  isResumed: boolean,
): Promise<{ done: number; failed: number }> {
  const asOf = new Date(as_of);
  const settled = await Promise.all(
    slice.map(async ([id, replays]) => {
      const result =
        kind === 'replay'
          ? await replay({ engine, letters }, id, undefined, asOf)
          : await letters.discard(id, reason, { asOf });
      if (result.ok || !isResumed) return result.ok;
      const letter = await letters.get(id);
      return kind === 'replay'
        ? (letter?.replays ?? 0) > replays
        : letter?.status === 'discarded' && letter.discard_reason === reason;
    }),
  );
  return { done: slice.length, failed: settled.filter((isOurs) => !isOurs).length };
}

/** Whatever changed after the job was ordered was not open then, or was open for another reason. */
async function nextSlice(
  letters: DeadLetterStore,
  { filter, cursor, as_of }: StoredJob,
): Promise<Pick<StoredJob, 'slice' | 'cursor' | 'end'>> {
  const page = await letters.list({ ...filter, status: 'open' }, { limit: sliceLength, cursor });
  const asOf = Date.parse(as_of);
  const slice = page.items
    .filter(({ updated_at: at }) => Date.parse(at) <= asOf)
    .map(({ id, replays }): [string, number] => [id, replays]);
  return { slice, cursor: page.next, end: page.next === undefined };
}

/** Counted in memory where the counts know it. */
function countMatching(
  { letters, deadLetters }: Pick<RunParts, 'letters' | 'deadLetters'>,
  { filter, as_of }: { filter: JobFilter; as_of: string },
): Promise<number> {
  const known = deadLetters.countOpen(filter);
  return known === undefined ? countOpen(letters, filter, new Date(as_of)) : Promise.resolve(known);
}
