import { Link } from 'wouter';
import { useLive } from '../../api/live.ts';
import { useApi } from '../../api/queries.ts';
import { type History, type Outcome, type Stats, outcomes } from '../../api/types.ts';
import { count, percent, plural, rate, shortCount } from '../../lib/format.ts';
import { Skeleton } from '../../ui/basics.tsx';
import { type Share, ShareBar, SparkLine } from '../../ui/sparkline.tsx';
import { type Tone, Dot, lookOf } from '../../ui/status.tsx';

/** A line of a few points would only show how it began. */
const fewestRates = 10;

interface PeriodStatsProps {
  stats: Stats;
  minutes: number;
  /** `15 min`, as the choice of the period says it. */
  period: string;
}

/** The rate of this second, and how the events of the chosen period ended. */
export function PeriodStats({ stats, minutes, period }: PeriodStatsProps) {
  const { recentRates } = useLive();
  const { data: history } = useApi('GET /api/v1/history', { query: { minutes }, every: 3000 });
  const perSecond = stats.rates['accepted_per_second'] ?? 0;
  return (
    <div className="now">
      <section className="card now-rate">
        <div className="stat">
          <span className="label">Accepted now</span>
          <span className="value">
            {rate(perSecond)}
            <small>/s</small>
          </span>
        </div>
        {recentRates.length >= fewestRates && (
          <SparkLine values={recentRates} tone="accent" label="Events per second of the last two minutes" />
        )}
        <span className="muted now-note">
          {history !== undefined && acceptedInWords(sum(history.series.accepted), stats.accepted, period)}
        </span>
      </section>
      {history === undefined ? (
        <Skeleton height={104} />
      ) : (
        <Outcomes stats={stats} history={history} period={period} />
      )}
    </div>
  );
}

function Outcomes({ stats, history, period }: { stats: Stats; history: History; period: string }) {
  const parts = partsOf(history);
  const total = parts.reduce((sum, { value }) => sum + value, 0);
  const changed = stats.changed_duplicates;
  return (
    <section className="card now-outcomes">
      <dl className="outcomes">
        {parts.map(({ outcome, tone, label, value, href }) => (
          <div key={label} className="stat">
            <dt className="label">
              <Dot tone={tone} />
              <Link href={href}>{label}</Link>
            </dt>
            <dd className="value" title={outcome === 'duplicate' ? changedWords(changed) : undefined}>
              {shortCount(value)} <small>{total === 0 ? '' : percent(value / total)}</small>
            </dd>
          </div>
        ))}
      </dl>
      <ShareBar shares={parts} label={`Events of the last ${period} by outcome`} />
      <p className="muted now-note">
        How the events of the last {period} first ended.{' '}
        {stats.dead_letters > 0 && (
          <>
            <Link href="/dead-letters">{plural(stats.dead_letters, 'dead letter')}</Link>{' '}
            {stats.dead_letters === 1 ? 'is' : 'are'} open
            {stats.healing > 0 && `, ${count(stats.healing)} with the healers`}.
          </>
        )}
      </p>
    </section>
  );
}

/** Not healing, which is no end: each of those is loaded or dead later. */
type End = Exclude<Outcome, 'healing'>;
type Part = Share & { outcome: End; tone: Tone; href: string };

function partsOf({ series }: History): Part[] {
  return outcomes
    .filter((outcome): outcome is End => outcome !== 'healing')
    .map((outcome) => {
      const { tone, label } = lookOf(outcome);
      return {
        outcome,
        tone,
        label: plurals[outcome] ?? label,
        value: sum(series[outcome]),
        href: outcome === 'dead_letter' ? '/dead-letters' : `/events?status=${outcome}`,
      };
    });
}

const plurals: Partial<Record<Outcome, string>> = { dead_letter: 'Dead letters', duplicate: 'Duplicates' };
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
/** The two are read at different moments: the whole is never less than its part. */
const acceptedInWords = (recent: number, all: number, period: string): string =>
  `${count(recent)} in the last ${period}, ${count(Math.max(recent, all))} in all`;

const changedWords = (changed: number): string =>
  `${count(changed)} of all duplicates say something else than the event that has the row`;
