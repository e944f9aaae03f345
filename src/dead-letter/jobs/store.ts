import type { StateStore } from '../../engine/engine.ts';
import { SentinelError } from '../../model/errors.ts';
import type { Json } from '../../model/json.ts';
import { type Job, isFinished } from '../../model/job.ts';

/** A job with its place, for whoever goes on with it. */
export interface StoredJob extends Job {
  /** Letters that are being settled, with their number of replays before: not yet counted in `done`. */
  slice: [id: string, replays: number][];
  /** Letters that were sent back, with their number of replays before, until it is known how each ended. */
  sent?: [id: string, replays: number][];
  /** Cursor of the listing behind the slice. */
  cursor?: string;
  /** There is nothing behind the slice. */
  end?: boolean;
}

/** Not `jobs/`: a process of a version before on the same NATS would take a correction for a discard. */
export const jobPrefix = 'letter-jobs/';
const keptMs = 7 * 86_400_000;
const mostKept = 500;
const mostUnfinished = 100;

export interface JobStore {
  /** Throws `too_many_jobs` when too many are unfinished. */
  add(job: StoredJob): Promise<void>;
  get(id: string): Promise<StoredJob | undefined>;
  /** Oldest first. */
  list(): Promise<StoredJob[]>;
  /** False when somebody else has changed it. */
  replace(from: StoredJob, to: StoredJob): Promise<boolean>;
}

/** Jobs in the engine's state. Finished ones are kept for some days; their number is bounded. */
export function createJobStore(state: StateStore, now: () => number = Date.now): JobStore {
  async function list(): Promise<StoredJob[]> {
    const entries = await state.list(jobPrefix, { limit: mostKept + mostUnfinished + 1 });
    return entries.map(({ value }) => value as unknown as StoredJob);
  }

  async function prune(jobs: readonly StoredJob[]): Promise<void> {
    const finished = jobs.filter(isFinished);
    const before = new Date(now() - keptMs).toISOString();
    const gone = finished.filter(
      ({ updated_at: at }, index) => at < before || index < finished.length - mostKept,
    );
    if (gone.length > 0) await state.write(gone.map(({ id }) => ({ delete: jobPrefix + id })));
  }

  return {
    list,
    async add(job) {
      const jobs = await list();
      await prune(jobs);
      if (jobs.filter((one) => !isFinished(one)).length >= mostUnfinished)
        throw new SentinelError(
          'too_many_jobs',
          `${mostUnfinished} jobs are unfinished; wait for one, or cancel one`,
        );
      await state.put(jobPrefix + job.id, plain(job));
    },
    get: async (id) => (await state.get(jobPrefix + id)) as unknown as StoredJob | undefined,
    replace: (from, to) => state.replace(jobPrefix + to.id, plain(from), plain(to)),
  };
}

/** Without the fields that are undefined, which the state has no place for. */
const plain = (job: StoredJob): Json => JSON.parse(JSON.stringify(job)) as Json;
