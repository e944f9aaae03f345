import { setTimeout as sleep } from 'node:timers/promises';
import type { ItemOf } from '../api/client.ts';
import { messageOf } from '../model/errors.ts';
import { retry } from '../support/retry.ts';
import { type ApiClient, Unavailable } from './client.ts';
import { CliError, say, type Io } from './io.ts';

export type Job = ItemOf<'GET /api/v1/jobs'>;

const lookMs = 250;
/** Between two lines where nobody sees a line change. */
const lineMs = 10_000;
/** A restart takes some seconds: half a minute is waited for the service. */
const patient = { maxAttempts: 12, initialDelayMs: 250, maxDelayMs: 4000, factor: 2, jitter: 0 };
const eraseLine = '\r\u001b[K';

/** Shows how far a job is until it has ended. Ctrl-C ends the watching, not the job, and says how to go on. */
export async function followJob(io: Io, client: ApiClient, id: string): Promise<Job> {
  const onInterrupt = () => {
    if (io.interactive) io.stderr.write('\n');
    say(
      io,
      client.offline
        ? `Job ${id} goes on when the service starts (or: sentinel jobs cancel ${id}).`
        : `Job ${id} goes on in the service. Watch it: sentinel jobs watch ${id}. Stop it: sentinel jobs cancel ${id}.`,
    );
    process.exit(130);
  };
  process.once('SIGINT', onInterrupt);
  try {
    let saidAt = performance.now();
    for (;;) {
      const job = await look(io, client, id);
      const isOver = job.finished_at !== undefined;
      if (io.interactive) io.stderr.write(isOver ? eraseLine : eraseLine + progressOf(job));
      else if (!isOver && performance.now() - saidAt >= lineMs) {
        saidAt = performance.now();
        say(io, progressOf(job));
      }
      if (job.state === 'failed') throw new CliError(`job ${id} failed: ${job.error ?? 'see the log'}`);
      if (isOver) return job;
      await sleep(lookMs);
    }
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}

/** How far the job is. The service may go away and come back meanwhile; the job goes on then. */
async function look(io: Io, client: ApiClient, id: string): Promise<Job> {
  try {
    return await retry(() => client.request('GET /api/v1/jobs/{id}', { params: { id } }), {
      policy: patient,
      isPassing: (error) => error instanceof Unavailable,
      onRetry: ({ error, attempt }) => {
        if (attempt === 1) say(io, `${messageOf(error)}; trying again`);
      },
    });
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    throw new CliError(
      `${error.message}. Job ${id} goes on when the service is back. See how far it is: sentinel jobs show ${id}`,
    );
  }
}

export function progressOf({ id, kind, state, done, total, failed, failed_again = 0, waits }: Job): string {
  const of = total === null ? '' : ` of ${total}`;
  const left = failed === 0 ? '' : `, ${failed} left alone`;
  const again = failed_again === 0 ? '' : `, ${failed_again} failed again`;
  const why = waits === undefined ? '' : ` (waits: ${waits})`;
  return `${id}: ${kind} ${state}, ${done}${of}${left}${again}${why}`;
}
