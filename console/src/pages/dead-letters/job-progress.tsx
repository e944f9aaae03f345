import { count } from '../../lib/format.ts';

/** How far a job is. `label` names the bar for screen readers, `verb` says what was done. */
export function JobProgress(props: { done: number; total: number; label: string; verb: string }) {
  const { done, total, label, verb } = props;
  return (
    <div className="stack" style={{ gap: 6 }}>
      <progress className="progress" max={total} value={done} aria-label={label} />
      <small className="muted">
        {count(done)} of {count(total)} {verb}
      </small>
    </div>
  );
}
