import { runJob } from '../../src/dead-letter/jobs/run.ts';
import { type WorkParts, createWork } from '../../src/dead-letter/jobs/work.ts';
import { createJobStore } from '../../src/dead-letter/jobs/store.ts';
import type { DeadLetterStore } from '../../src/dead-letter/store.ts';
import type { JobFilter } from '../../src/model/job.ts';
import { memoryState } from '../../src/testing/memory-state.ts';

let ids = 0;

/** A job that discards, with a record of its own, run to its end, or cancelled while that slice of a hundred is in hand. */
export async function discardMany(
  letters: DeadLetterStore,
  filter: JobFilter,
  { reason, asOf, cancelAt }: { reason: string; asOf: Date; cancelAt?: number },
): Promise<{ discarded: number; failed: number }> {
  const jobs = createJobStore(memoryState());
  const id = `job_${ids++}`;
  const at = asOf.toISOString();
  await jobs.add({
    id,
    kind: 'discard',
    filter,
    reason,
    as_of: at,
    state: 'queued',
    actor: { id: 'local', name: 'local' },
    total: null,
    done: 0,
    failed: 0,
    created_at: at,
    updated_at: at,
    slice: [],
  });
  let slices = 0;
  const pace = async () => {
    if (++slices === cancelAt) {
      const job = (await jobs.get(id))!;
      await jobs.replace(job, { ...job, state: 'cancelling' });
    }
    return 100;
  };
  const parts = {
    jobs,
    letters,
    // Only a replay publishes, and only a correction asks the pipeline.
    work: createWork({ letters, deadLetters: { countOpen: () => 0 } } as unknown as WorkParts),
    pace,
    log: { warn: () => undefined },
    closing: new AbortController().signal,
  };
  const job = await runJob(parts, id, new AbortController().signal);
  return { discarded: job!.done - job!.failed, failed: job!.failed };
}
