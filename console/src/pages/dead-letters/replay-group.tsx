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
          <p>Of {plural(forecast.matched, 'letter')}, with the contracts and rules of this moment:</p>
          <ul className="stack">
            <li>
              <b>{count(forecast.valid)}</b> are valid now
            </li>
            <li>
              <b>{count(forecast.repaired)}</b> are repaired by a rule
            </li>
            <li>
              <b>{count(forecast.would_fail)}</b> fail as before
            </li>
          </ul>
          {forecast.would_load === 0 && (
            <Notice tone="healing">
              None would load: they come back as dead letters, unless a healer finds a repair this time. Edit
              one of them instead, and let the others be fixed like it.
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
          kind={forecast?.would_load === 0 ? undefined : 'primary'}
          disabled={forecast === undefined || isBusy}
          onClick={() => void run()}
        >
          Replay {forecast === undefined ? '' : plural(forecast.matched, 'letter')}
        </Button>
      </div>
    </Dialog>
  );
}
