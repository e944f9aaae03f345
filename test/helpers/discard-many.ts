import { runJob } from '../../src/dead-letter/jobs/run.ts';
import { createJobStore } from '../../src/dead-letter/jobs/store.ts';
import type { DeadLetterStore } from '../../src/dead-letter/store.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { JobFilter } from '../../src/model/job.ts';
import { memoryState } from '../../src/testing/memory-state.ts';

let ids = 0;

/** A job that discards, with a record of its own, run to its end. */
export async function discardMany(
  letters: DeadLetterStore,
  filter: JobFilter,
  { reason, asOf }: { reason: string; asOf: Date },
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
  const parts = {
    jobs,
    letters,
    engine: {} as Engine, // only a replay publishes
    deadLetters: { countOpen: () => 0 },
    pace: async () => undefined,
  };
  const job = await runJob(parts, id, new AbortController().signal);
  return { discarded: job!.done - job!.failed, failed: job!.failed };
}
