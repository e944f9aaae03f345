import type { Engine } from '../../engine/engine.ts';
import { type JobFilter, isFinished } from '../../model/job.ts';
import { countOpen } from '../count-open.ts';
import type { DeadLetterCounts } from '../counts.ts';
import { replay } from '../replay.ts';
import type { DeadLetterStore } from '../store.ts';
import type { Pace } from './pace.ts';
import type { JobStore, StoredJob } from './store.ts';

export interface RunParts {
  jobs: JobStore;
  engine: Engine;
  letters: DeadLetterStore;
  deadLetters: Pick<DeadLetterCounts, 'countOpen'>;
  pace: Pace;
}

/** Their writes share a commit, and so many may be settled twice over when the process dies: the second time changes nothing. */
const sliceLength = 100;

/**
 * Works on a job until it is finished or the signal comes; from where it was, if it was begun before. The record names the
 * letters of the slice in hand, so each is counted once whatever crashes. Whoever changes the record meanwhile ends this run.
 */
export async function runJob(
  parts: RunParts,
  id: string,
  signal: AbortSignal,
): Promise<StoredJob | undefined> {
  const { jobs, pace } = parts;
  let job = await jobs.get(id);
  if (job === undefined || isFinished(job)) return undefined;
  /** Of a slice that an earlier run has begun, letters may be settled already. */
  let isResumed = true;
  for (;;) {
    const counted = await settleSlice(parts, job, isResumed);
    isResumed = false;
    const [done, failed] = [job.done + counted.done, job.failed + counted.failed];
    const next: StoredJob = { ...job, done, failed, slice: [], updated_at: new Date().toISOString() };
    if (job.state === 'cancelling' || (job.end === true && job.state === 'running'))
      return finish(jobs, job, next);
    if (signal.aborted) return cancelledElsewhere(jobs, job, next);
    if (job.state === 'queued') {
      next.state = 'running';
      next.started_at = next.updated_at;
      next.total = await countMatching(parts, job);
    }
    Object.assign(next, await nextSlice(parts.letters, job));
    if (await jobs.replace(job, next)) job = next;
    else return cancelledElsewhere(jobs, job, next);
    if (job.slice.length > 0) await pace(signal);
  }
}

/** Cancelled by a person, whose word stands beside what was done. Otherwise another run goes on with the job, or a later start. */
async function cancelledElsewhere(
  jobs: JobStore,
  known: StoredJob,
  { done, failed, updated_at }: StoredJob,
): Promise<StoredJob | undefined> {
  const changed = await jobs.get(known.id);
  if (changed?.state !== 'cancelling') return undefined;
  if (changed.done !== known.done || changed.cursor !== known.cursor) return undefined;
  return finish(jobs, changed, { ...changed, done, failed, slice: [], updated_at });
}

async function finish(jobs: JobStore, from: StoredJob, to: StoredJob): Promise<StoredJob | undefined> {
  const isDone = from.state !== 'cancelling';
  const finished: StoredJob = {
    ...to,
    state: isDone ? 'done' : 'cancelled',
    finished_at: to.updated_at,
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
