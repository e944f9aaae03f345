import { useEffect, useState } from 'react';
import { request } from '../../api/client.ts';
import type { DiscardDryRun, Job, LetterGroup } from '../../api/types.ts';
import { count, plural } from '../../lib/format.ts';
import { attempt, toast } from '../../ui/toasts.tsx';
import { useJob } from './use-job.ts';

export interface DiscardGroup {
  /** Letters that are open now, and that a run would take; undefined until they are counted. */
  matched: number | undefined;
  /** So far. */
  discarded: number;
  isBusy: boolean;
  run: (reason: string) => Promise<void>;
  /** Cancels the job. */
  stop: () => void;
}

const discards = 'POST /api/v1/dead-letters/discard';

/** Counts the letters of a filter, and discards those that were counted. `onDone`: there is nothing more to ask. */
export function useDiscardGroup(filter: LetterGroup, onDone: () => void): DiscardGroup {
  const [trial, setTrial] = useState<DiscardDryRun>();
  const { job, isBusy, run, stop } = useJob();
  const key = JSON.stringify(filter);
  useEffect(() => {
    const body = { filter: JSON.parse(key) as LetterGroup, dry_run: true };
    void attempt(() => request(discards, { body })).then((answer) =>
      answer === undefined ? onDone() : setTrial(answer as DiscardDryRun),
    );
    // Asked once when the dialog opens.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [key]);

  async function discard(reason: string): Promise<void> {
    if (trial === undefined || isBusy) return;
    const body = { filter, reason, as_of: trial.as_of };
    const ended = await run(() => request(discards, { body }));
    if (ended === undefined) return;
    toast(inWords(ended, trial.matched));
    onDone();
  }

  return { matched: trial?.matched, discarded: job?.done ?? 0, isBusy, run: discard, stop };
}

function inWords({ state, done, failed }: Job, matched: number): string {
  const discarded = done - failed;
  if (discarded >= matched) return `${plural(discarded, 'letter')} discarded. They stay on record.`;
  const some = `${count(discarded)} of ${plural(matched, 'letter')} discarded`;
  return state === 'cancelled'
    ? `Stopped: ${some}.`
    : `${some}; the others were sent back or settled meanwhile.`;
}
