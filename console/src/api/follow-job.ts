import { request } from './client.ts';
import type { Job } from './types.ts';

const lookMs = 300;

/** The job when it has ended; undefined when the signal came first, which leaves the job alone. Throws when it failed. */
export async function followJob(
  id: string,
  { onProgress, signal }: { onProgress: (job: Job) => void; signal: AbortSignal },
): Promise<Job | undefined> {
  while (!signal.aborted) {
    const job = await request('GET /api/v1/jobs/{id}', { params: { id } });
    if (signal.aborted) return undefined;
    onProgress(job);
    if (job.state === 'failed') throw new Error(job.error ?? 'The job failed; the log says why.');
    if (job.finished_at !== undefined) return job;
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
  return undefined;
}

export const cancelJob = (id: string): Promise<Job> =>
  request('POST /api/v1/jobs/{id}/cancel', { params: { id } });
