import { count } from '../lib/format.ts';
import { SparkBars } from './sparkline.tsx';
import type { Tone } from './status.tsx';

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const hourMs = 3_600_000;
const labelledHours = 6;

/** Counts by the hour of the last 24 hours, the current one last, with the hours below and the largest count beside. */
export function HourBars({ values, tone, label }: { values: readonly number[]; tone: Tone; label: string }) {
  const top = Math.max(0, ...values);
  const thisHour = Math.floor(Date.now() / hourMs) * hourMs;
  const labels = values.flatMap((_, at) =>
    at % labelledHours === 0 ? [clock.format(thisHour - (values.length - 1 - at) * hourMs)] : [],
  );
  return (
    <figure className="hour-bars">
      <figcaption className="muted">Letters an hour, at most {count(top)}</figcaption>
      <SparkBars values={values} tone={tone} fluid width={320} height={56} label={label} />
      <div className="hour-axis" aria-hidden>
        {labels.map((text) => (
          <span key={text}>{text}</span>
        ))}
        <span>now</span>
      </div>
    </figure>
  );
}
