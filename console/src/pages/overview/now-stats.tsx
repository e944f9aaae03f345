import { Link } from 'wouter';
import { useLive } from '../../api/live.ts';
import type { Stats } from '../../api/types.ts';
import { percent, plural, rate, shortCount } from '../../lib/format.ts';
import { type Share, ShareBar, SparkLine } from '../../ui/sparkline.tsx';
import { type Tone, Dot, lookOf } from '../../ui/status.tsx';

/** How it stands this second. */
export function NowStats({ stats }: { stats: Stats }) {
  const { recentRates } = useLive();
  const perSecond = stats.rates['accepted_per_second'] ?? 0;
  const parts = outcomeParts(stats);
  const total = parts.reduce((sum, { value }) => sum + value, 0);
  return (
    <div className="now">
      <section className="card now-rate">
        <div className="stat">
          <span className="label">Events accepted</span>
          <span className="value">
            {rate(perSecond)}
            <small>/s</small>
          </span>
        </div>
        <SparkLine values={recentRates} tone="accent" label="Events per second of the last two minutes" />
        <span className="muted now-note">{plural(stats.accepted, 'event')} since the data folder began</span>
      </section>
      <section className="card now-outcomes">
        <dl className="outcomes">
          {parts.map(({ tone, label, value, href }) => (
            <div key={label} className="stat">
              <dt className="label">
                <Dot tone={tone} />
                {href === undefined ? label : <Link href={href}>{label}</Link>}
              </dt>
              <dd className="value">
                {shortCount(value)} <small>{total === 0 ? '' : percent(value / total)}</small>
              </dd>
            </div>
          ))}
        </dl>
        <ShareBar shares={parts} label="All events by outcome" />
      </section>
    </div>
  );
}

function outcomeParts(stats: Stats): (Share & { tone: Tone; href?: string })[] {
  const part = (status: string, value: number, href?: string) => {
    const { tone, label } = lookOf(status);
    return { tone, label, value, href };
  };
  return [
    part('loaded', stats.loaded, '/events?status=loaded'),
    part('repaired', stats.repaired, '/events?status=repaired'),
    part('healing', stats.healing, '/events?status=healing'),
    { ...part('dead_letter', stats.dead_letters, '/dead-letters'), label: 'Dead letters' },
    { ...part('duplicate', stats.duplicate, '/events?status=duplicate'), label: duplicatesOf(stats) },
  ];
}

function duplicatesOf({ changed_duplicates: changed }: Stats): string {
  return changed > 0 ? `Duplicates (${changed} changed)` : 'Duplicates';
}
