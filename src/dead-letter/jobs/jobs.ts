import type { Engine } from '../../engine/engine.ts';
import type { Lease, Leases } from '../../engine/lease.ts';
import { createRequestIds } from '../../ingest/request-id.ts';
import { SentinelError, isRetryable, messageOf } from '../../model/errors.ts';
import { type Job, type JobOrder, isFinished } from '../../model/job.ts';
import type { Logger } from '../../support/log.ts';
import { retry } from '../../support/retry.ts';
import { type StagedImports, createStagedImports } from '../corrections/staged.ts';
import { type RunParts, runJob } from './run.ts';
import { type StoredJob, createJobStore, jobPrefix } from './store.ts';
import { type WorkParts, createWork } from './work.ts';

export interface JobParts extends Omit<WorkParts, 'staged'>, Pick<RunParts, 'pace'> {
  leases: Leases;
  /** Told of each job that has ended. */
  onEnd: (job: Job) => Promise<void>;
  log: Logger;
}

const leaseMs = 30_000;
const lookMs = 5_000;
const mostAtOnce = 4;
const patient = { maxAttempts: Infinity, initialDelayMs: 500, maxDelayMs: 10_000, factor: 2, jitter: 0.3 };

/**
 * Bulk work on dead letters. A job is durable when `create` resolves. It is worked on in this process, or, after this one has
 * died, by the next start; in a cluster, by any process that has its lease.
 */
export class Jobs {
  readonly #parts: RunParts & JobParts;
  /** The lines of imports, which are there before their job is. */
  readonly staged: StagedImports;
  readonly #cluster: boolean;
  readonly #running = new Map<string, { done: Promise<void>; cancel: AbortController }>();
  readonly #waiting = new Set<string>();
  readonly #closing = new AbortController();
  readonly #newId = createRequestIds();
  readonly #unwatch: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: JobParts) {
    const { state, cluster } = parts.engine as Pick<Engine, 'state' | 'cluster'>;
    this.staged = createStagedImports(state);
    const work = createWork({ ...parts, staged: this.staged });
    this.#parts = { ...parts, work, jobs: createJobStore(state), closing: this.#closing.signal };
    this.#cluster = cluster !== undefined;
    // A job that waits for the flow or rests need not do so any longer.
    this.#unwatch = state.watch(jobPrefix, ({ key, value }) => {
      const job = value as unknown as StoredJob | undefined;
      if (job?.state === 'cancelling') this.#running.get(key.slice(jobPrefix.length))?.cancel.abort();
    });
  }

  /** For what must be there before the job is: the lines of an import. */
  newId(): string {
    return `job_${this.#newId(1)}`;
  }

  async create(
    order: JobOrder,
    actor: Job['actor'],
    { id = this.newId(), total = null }: { id?: string; total?: number | null } = {},
  ): Promise<Job> {
    const at = new Date().toISOString();
    const { id: actorId, name } = actor;
    const job: StoredJob = {
      ...order,
      id,
      state: 'queued',
      actor: { id: actorId, name },
      total,
      done: 0,
      failed: 0,
      ...(order.kind !== 'discard' && { failed_again: 0 }),
      created_at: at,
      updated_at: at,
      slice: [],
    };
    await this.#parts.jobs.add(job);
    this.#start(job.id);
    return shown(job);
  }

  async get(id: string): Promise<Job | undefined> {
    const job = await this.#parts.jobs.get(id);
    return job === undefined ? undefined : shown(job);
  }

  /** Newest first. */
  async list(): Promise<Job[]> {
    return (await this.#parts.jobs.list()).toReversed().map(shown);
  }

  /** What it has done stays done. Undefined when there is no such job; throws `conflict` when it has ended. */
  async cancel(id: string): Promise<Job | undefined> {
    const { jobs } = this.#parts;
    for (;;) {
      const job = await jobs.get(id);
      if (job === undefined) return undefined;
      if (job.state === 'cancelling') return shown(job);
      if (isFinished(job)) throw new SentinelError('conflict', `job ${id} is ${job.state}`);
      const at = new Date().toISOString();
      const next: StoredJob =
        job.state === 'queued'
          ? { ...job, state: 'cancelled', updated_at: at, finished_at: at }
          : { ...job, state: 'cancelling', updated_at: at };
      if (!(await jobs.replace(job, next))) continue;
      this.#start(id);
      return shown(next);
    }
  }

  /** Goes on with what a stop has interrupted; in a cluster also with what other processes leave. */
  async resume(): Promise<void> {
    const look = async () => {
      for (const job of await this.#parts.jobs.list()) if (!isFinished(job)) this.#start(job.id);
    };
    const notNow = (err: unknown) =>
      this.#parts.log.warn(
        { err, code: 'jobs_unknown' },
        'the jobs of other processes cannot be looked at now',
      );
    await look();
    if (this.#cluster) this.#timer = setInterval(() => void look().catch(notNow), lookMs).unref();
  }

  /** Ends after the slices in hand; a later start goes on. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#unwatch();
    this.#closing.abort();
    for (const { cancel } of this.#running.values()) cancel.abort();
    await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  #start(id: string): void {
    if (this.#closing.signal.aborted || this.#running.has(id)) return;
    if (this.#running.size >= mostAtOnce) return void this.#waiting.add(id);
    const cancel = new AbortController();
    const done = this.#run(id, cancel.signal)
      .catch((err: unknown) =>
        this.#parts.log.error({ err, status: 'failed', code: 'job_failed', job_id: id }, 'a job has stopped'),
      )
      .finally(() => {
        this.#running.delete(id);
        const [next] = this.#waiting;
        if (next === undefined) return;
        this.#waiting.delete(next);
        this.#start(next);
      });
    this.#running.set(id, { done, cancel });
  }

  async #run(id: string, cancelled: AbortSignal): Promise<void> {
    const { leases, jobs, onEnd } = this.#parts;
    const lease = await leases.take(`job/${id}`, leaseMs);
    if (lease === undefined) return;
    const renewal = keep(lease);
    try {
      const ended = await retry(() => runJob(this.#parts, id, cancelled), {
        policy: patient,
        isPassing: (error) => isRetryable(error) && !this.#closing.signal.aborted,
        signal: this.#closing.signal,
      });
      if (ended !== undefined) await onEnd(shown(ended));
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      const job = await jobs.get(id);
      if (job === undefined || isFinished(job)) throw error;
      const at = new Date().toISOString();
      await jobs.replace(job, {
        ...job,
        state: 'failed',
        error: messageOf(error),
        updated_at: at,
        finished_at: at,
      });
      throw error;
    } finally {
      clearInterval(renewal);
      await this.#forgetLines(id).catch(() => undefined); // they expire, too
      await lease.release().catch(() => undefined);
    }
  }

  async #forgetLines(id: string): Promise<void> {
    const job = await this.#parts.jobs.get(id);
    if (job?.kind === 'import' && isFinished(job)) await this.staged.remove(id);
  }
}

function keep(lease: Lease): NodeJS.Timeout {
  // When it is lost, another process changes the job's record, and this run ends by that.
  return setInterval(() => void lease.renew().catch(() => false), leaseMs / 3).unref();
}

function shown({ slice: _slice, sent: _sent, cursor: _cursor, end: _end, ...job }: StoredJob): Job {
  return job;
}
