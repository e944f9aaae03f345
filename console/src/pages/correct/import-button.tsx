import { Upload } from 'lucide-react';
import { useState } from 'react';
import { request } from '../../api/client.ts';
import type { ImportDryRun } from '../../api/types.ts';
import { count, plural } from '../../lib/format.ts';
import { Button, Skeleton } from '../../ui/basics.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Notice } from '../../ui/status.tsx';
import { attempt, toast } from '../../ui/toasts.tsx';
import { JobProgress } from '../dead-letters/job-progress.tsx';
import { useJob } from '../dead-letters/use-job.ts';
import { CorrectionForecast } from './forecast.tsx';
import './correct.css';

const imports = 'POST /api/v1/dead-letters/import';
const contentType = 'application/x-ndjson';

/** Takes back a corrected export: the letters are sent as the file has them. */
export function ImportButton() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button icon={Upload} onClick={() => setOpen(true)}>
        Import corrected…
      </Button>
      {isOpen && <ImportDialog onClose={() => setOpen(false)} />}
    </>
  );
}

function ImportDialog({ onClose }: { onClose: () => void }) {
  const [file, setFile] = useState<File>();
  const [forecast, setForecast] = useState<ImportDryRun>();
  const [isReading, setReading] = useState(false);
  const { job, isBusy, run, stop } = useJob();

  async function look(chosen: File | undefined): Promise<void> {
    setFile(chosen);
    setForecast(undefined);
    if (chosen === undefined) return;
    setReading(true);
    const query = { dry_run: true };
    const found = await attempt(() => request(imports, { query, text: chosen, contentType }));
    setReading(false);
    setForecast(found as ImportDryRun | undefined);
  }

  async function send(): Promise<void> {
    const ended = await run(() => request(imports, { text: file, contentType }));
    if (ended === undefined) return;
    const { done, failed, state } = ended;
    const left = failed > 0 ? ` ${plural(failed, 'letter')} left alone.` : '';
    toast(
      `${state === 'cancelled' ? 'Stopped: ' : ''}${plural(done - failed, 'letter')} corrected and on the way.${left}`,
    );
    onClose();
  }

  const canSend =
    forecast !== undefined &&
    forecast.faulty === 0 &&
    (forecast.would_load > 0 || forecast.tried < forecast.matched);
  return (
    <Dialog title="Import corrected letters" onClose={isBusy ? stop : onClose} wide>
      <div className="stack" style={{ gap: 14 }}>
        <p>
          Export letters as NDJSON, correct <code>event</code> in as many lines as you like, and give the file
          back here. Lines that were not changed do nothing; a letter that was settled meanwhile is left
          alone.
        </p>
        <label className="field">
          Corrected file
          <input
            type="file"
            className="input file"
            accept=".ndjson,.jsonl,application/x-ndjson"
            disabled={isBusy}
            onChange={({ target }) => void look(target.files?.[0])}
          />
        </label>
        {isReading && <Skeleton height={80} />}
        {forecast !== undefined && <Found forecast={forecast} />}
        {job !== undefined && (
          <JobProgress
            done={job.done}
            total={job.total ?? job.done}
            label="Imported letters"
            verb="dealt with"
          />
        )}
        <div className="dialog-actions">
          <Button onClick={isBusy ? stop : onClose}>{isBusy ? 'Stop' : 'Cancel'}</Button>
          <Button kind="primary" disabled={!canSend || isBusy} onClick={() => void send()}>
            {canSend ? `Correct ${plural(forecast.matched, 'letter')}` : 'Correct the letters'}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

function Found({ forecast }: { forecast: ImportDryRun }) {
  const { lines, matched, unchanged, faulty, errors } = forecast;
  return (
    <>
      <p role="status">
        {plural(lines, 'line')}: {count(matched)} corrected, {count(unchanged)} unchanged
        {faulty > 0 && `, ${count(faulty)} faulty`}.
      </p>
      {faulty > 0 && (
        <Notice tone="dead_letter">
          Nothing is imported while a line is faulty.
          <ul className="failures">
            {errors.slice(0, 10).map(({ line, detail }) => (
              <li key={line}>
                Line {line}: {detail}
              </li>
            ))}
          </ul>
        </Notice>
      )}
      {matched > 0 && <CorrectionForecast of={forecast} />}
    </>
  );
}
