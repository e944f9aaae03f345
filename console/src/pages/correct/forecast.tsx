import type { CorrectionDryRun } from '../../api/types.ts';
import { Link } from 'wouter';
import { count, plural, shortId } from '../../lib/format.ts';
import { letterHref } from '../../lib/links.ts';
import { ShareBar } from '../../ui/sparkline.tsx';
import { LetterSamples } from '../dead-letters/fixes.tsx';

/** What a correction would come to: how many letters it mends, why not the others, and some before and after. */
export function CorrectionForecast({ of }: { of: CorrectionDryRun }) {
  const { matched, tried, would_load: mended, would_fail: left, failures, samples } = of;
  return (
    <div className="stack" style={{ gap: 12 }} role="status">
      <ShareBar
        label={`${mended} would be sent back corrected, ${left} would be left alone`}
        shares={[
          { tone: 'repaired', label: 'corrected', value: mended },
          { tone: 'dead_letter', label: 'left alone', value: left },
        ]}
      />
      <dl className="facts">
        <dt>Would be sent back</dt>
        <dd>
          <b>{count(mended)}</b>
          {tried < matched && (
            <span className="muted">
              , of the first {count(tried)} of {count(matched)}
            </span>
          )}
        </dd>
        <dt>Would be left alone</dt>
        <dd>{count(left)}</dd>
      </dl>
      {mended === 0 && tried < matched && (
        <p className="muted">None of those that were tried would be mended; the others may be.</p>
      )}
      {failures.length > 0 && (
        <ul className="stack failures">
          {failures.map(({ reason, count: number, id }) => (
            <li key={reason}>
              {plural(number, 'letter')}: {reason} <Link href={letterHref(id)}>{shortId(id)}</Link>
            </li>
          ))}
        </ul>
      )}
      <LetterSamples samples={samples} />
    </div>
  );
}
