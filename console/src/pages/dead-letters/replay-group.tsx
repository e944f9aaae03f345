import { RotateCw } from 'lucide-react';
import { useEffect, useState } from 'react';
import { request } from '../../api/client.ts';
import type { LetterGroup, ReplayDryRun } from '../../api/types.ts';
import { count, plural } from '../../lib/format.ts';
import { Button, Skeleton } from '../../ui/basics.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Notice } from '../../ui/status.tsx';
import { attempt, toast } from '../../ui/toasts.tsx';
import { JobProgress } from './job-progress.tsx';
import { useJob } from './use-job.ts';

/** Sends all of a filter back as they are, after it was shown what would become of them. */
export function ReplayGroupButton({ filter }: { filter: LetterGroup }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button icon={RotateCw} onClick={() => setOpen(true)}>
        Replay all as they are
      </Button>
      {isOpen && <ReplayDialog filter={filter} onClose={() => setOpen(false)} />}
    </>
  );
}

const heading = ({ matched, tried }: ReplayDryRun): string =>
  tried < matched
    ? `Of the first ${count(tried)} of ${plural(matched, 'letter')}`
    : `Of ${plural(matched, 'letter')}`;

/** How they would end; without what happens to none, but for the failures. */
function fates({ valid, repaired, healed, would_wait, would_fail, follow_ups }: ReplayDryRun) {
  const all: [number, string][] = [
    [valid, 'would load as they are'],
    [repaired, 'would be repaired by a rule'],
    [healed, 'would be repaired by the healers'],
    [would_wait, 'would wait for the LLM or for the approval of a rule'],
    [follow_ups, 'would be tried again by their step or destination'],
    [would_fail, 'would fail again'],
  ];
  return all.filter(([number, words]) => number > 0 || words === 'would fail again');
}

const isFutile = ({ matched, tried, would_fail }: ReplayDryRun): boolean =>
  tried === matched && would_fail === matched;

function ReplayDialog({ filter, onClose }: { filter: LetterGroup; onClose: () => void }) {
  const [forecast, setForecast] = useState<ReplayDryRun>();
  const { job, isBusy, run: runJob, stop } = useJob();
  const key = JSON.stringify(filter);
  useEffect(() => {
    const body = { filter: JSON.parse(key) as LetterGroup, dry_run: true };
    void attempt(() => request('POST /api/v1/dead-letters/replay', { body })).then((answer) =>
      answer === undefined ? onClose() : setForecast(answer as ReplayDryRun),
    );
    // Asked once when the dialog opens.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [key]);

  async function run(): Promise<void> {
    const ended = await runJob(() => request('POST /api/v1/dead-letters/replay', { body: { filter } }));
    if (ended === undefined) return;
    const { state, done, failed } = ended;
    toast(`${state === 'cancelled' ? 'Stopped: ' : ''}${plural(done - failed, 'letter')} on the way.`);
    onClose();
  }

  return (
    <Dialog title="Replay all as they are" onClose={onClose}>
      {forecast === undefined ? (
        <Skeleton height={80} />
      ) : (
        <>
          <p>{heading(forecast)}, with the contracts, rules and healers of this moment:</p>
          <ul className="stack">
            {fates(forecast).map(([number, words]) => (
              <li key={words}>
                <b>{count(number)}</b> {words}
              </li>
            ))}
          </ul>
          {isFutile(forecast) && (
            <Notice tone="healing">
              None would load: all would be dead letters again. Edit one of them instead, and let the others
              be fixed like it.
            </Notice>
          )}
        </>
      )}
      {job !== undefined && (
        <JobProgress
          done={job.done}
          total={job.total ?? job.done}
          label="Replayed letters"
          verb="sent back"
        />
      )}
      <div className="dialog-actions">
        <Button onClick={isBusy ? stop : onClose}>{isBusy ? 'Stop' : 'Cancel'}</Button>
        <Button
          kind={forecast !== undefined && isFutile(forecast) ? undefined : 'primary'}
          disabled={forecast === undefined || isBusy}
          onClick={() => void run()}
        >
          Replay {forecast === undefined ? '' : plural(forecast.matched, 'letter')}
        </Button>
      </div>
    </Dialog>
  );
}
