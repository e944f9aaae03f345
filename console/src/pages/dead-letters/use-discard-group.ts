import { useEffect, useRef, useState } from 'react';
import { request } from '../../api/client.ts';
import { refresh } from '../../api/queries.ts';
import type { DiscardAnswer, DiscardDryRun, LetterGroup } from '../../api/types.ts';
import { count, plural } from '../../lib/format.ts';
import { attempt, toast } from '../../ui/toasts.tsx';

export interface DiscardGroup {
  /** Letters that are open now, and that a run would take; undefined until they are counted. */
  matched: number | undefined;
  /** So far, by this run and those before it. */
  discarded: number;
  isBusy: boolean;
  run: (reason: string) => Promise<void>;
  /** Ends a run after the request that is under way. */
  stop: () => void;
}

/** By one request, so that the page can show how it goes, and a person can stop. */
const atOnce = 500;
const discards = 'POST /api/v1/dead-letters/discard';

/** Counts the letters of a filter, and discards those that were counted. `onDone`: there is nothing more to ask. */
export function useDiscardGroup(filter: LetterGroup, onDone: () => void): DiscardGroup {
  const [trial, setTrial] = useState<DiscardDryRun>();
  const [discarded, setDiscarded] = useState(0);
  const [isBusy, setBusy] = useState(false);
  const isStopped = useRef(false);
  const key = JSON.stringify(filter);
  useEffect(() => {
    isStopped.current = false;
    const body = { filter: JSON.parse(key) as LetterGroup, dry_run: true };
    void attempt(() => request(discards, { body })).then((answer) =>
      answer === undefined ? onDone() : setTrial(answer as DiscardDryRun),
    );
    return () => void (isStopped.current = true);
    // Asked once when the dialog opens.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [key]);

  async function run(reason: string): Promise<void> {
    if (trial === undefined || isBusy) return;
    const { matched, as_of } = trial;
    isStopped.current = false;
    setBusy(true);
    let done = discarded;
    let answer: DiscardAnswer | undefined;
    do {
      const body = { filter, reason, as_of, limit: atOnce };
      answer = (await attempt(() => request(discards, { body }))) as DiscardAnswer | undefined;
      done += answer?.discarded ?? 0;
      setDiscarded(done);
    } while (answer?.more === true && !isStopped.current);
    setBusy(false);
    if (answer !== undefined) {
      toast(inWords(done, matched, answer.more));
      onDone();
    }
    await refresh('dead-letters', 'events');
  }

  return { matched: trial?.matched, discarded, isBusy, run, stop: () => void (isStopped.current = true) };
}

function inWords(done: number, matched: number, isCutOff: boolean): string {
  if (done >= matched) return `${plural(done, 'letter')} discarded. They stay on record.`;
  const some = `${count(done)} of ${plural(matched, 'letter')} discarded`;
  return isCutOff ? `Stopped: ${some}.` : `${some}; the others were sent back or settled meanwhile.`;
}
