import { useEffect, useRef, useState } from 'react';
import { cancelJob, followJob } from '../../api/follow-job.ts';
import { refresh } from '../../api/queries.ts';
import type { Job, OrderedJob } from '../../api/types.ts';
import { attempt } from '../../ui/toasts.tsx';

export interface RunningJob {
  /** As it was last seen; undefined before it is ordered. */
  job: Job | undefined;
  isBusy: boolean;
  /** Orders a job and follows it; resolves with its end, or with undefined when it was refused or the page was left. */
  run: (order: () => Promise<unknown>) => Promise<Job | undefined>;
  /** Cancels it; what it has done stays done. */
  stop: () => void;
}

/** A job that a dialog orders. It goes on when the dialog is closed. */
export function useJob(): RunningJob {
  const [job, setJob] = useState<Job>();
  const [isBusy, setBusy] = useState(false);
  const left = useRef(new AbortController());
  useEffect(() => {
    left.current = new AbortController();
    return () => left.current.abort();
  }, []);

  async function run(order: () => Promise<unknown>): Promise<Job | undefined> {
    setBusy(true);
    const { signal } = left.current;
    const ended = await attempt(async () => {
      const { job_id: id } = (await order()) as OrderedJob;
      return followJob(id, { onProgress: setJob, signal });
    });
    if (!signal.aborted) setBusy(false);
    await refresh('dead-letters', 'events');
    return ended;
  }

  return { job, isBusy, run, stop: () => void (job && attempt(() => cancelJob(job.id))) };
}
