import { Link } from 'wouter';
import { useLive } from '../../api/live.ts';
import { useApi } from '../../api/queries.ts';
import type { SourceInfo } from '../../api/types.ts';
import { count, plural, rate } from '../../lib/format.ts';
import { Card } from '../../ui/basics.tsx';
import { Badge } from '../../ui/status.tsx';

const shown = 8;

/** Where events come from, and where they go. */
export function FlowEnds() {
  const { stats } = useLive();
  const { data } = useApi('GET /api/v1/sources', { every: 10_000 });
  if (stats === undefined || data === undefined) return null;
  const sources = data.items.filter((source) => eventsOf(source) > 0);
  const more = sources.length - shown;
  const all = (of: keyof SourceInfo['rates']) => sources.reduce((sum, { rates }) => sum + rates[of], 0);
  return (
    <Card flush className="flow-ends">
      <section aria-label="Sources">
        <h2>From {plural(sources.length, 'source')}</h2>
        <b className="flow-rate">{rate(all('events_per_second'))}/s</b>
        <ul>
          {sources.slice(0, shown).map((source) => (
            <li key={source.source}>
              <Link href={`/sources?source=${encodeURIComponent(source.source)}`}>{source.source}</Link>{' '}
              <span className="muted">
                {rate(source.rates.events_per_second)}/s, {count(eventsOf(source))} in 24 h
              </span>
            </li>
          ))}
          {more > 0 && (
            <li>
              <Link href="/sources">and {plural(more, 'other')}</Link>
            </li>
          )}
        </ul>
      </section>
      <section aria-label="Destinations">
        <h2>Into {plural(1 + (stats.destinations?.length ?? 0), 'destination')}</h2>
        <b className="flow-rate">{rate(all('rows_per_second'))}/s</b>
        <ul>
          <li>
            {stats.destination.type} <State of={stats.destination.state} />{' '}
            <span className="muted">
              {rate(all('rows_per_second'))}/s, {count(stats.loaded + stats.repaired)} rows
            </span>
          </li>
          {stats.destinations?.map(({ name, type, state, pending, per_second: perSecond }) => (
            <li key={name}>
              {name} ({type}) <State of={state} />{' '}
              <span className="muted">
                {perSecond !== undefined && `${rate(perSecond)}/s`}
                {pending > 0 && ` ${count(pending)} waiting`}
              </span>
            </li>
          ))}
        </ul>
      </section>
    </Card>
  );
}

const eventsOf = ({ valid, repaired, dead_letter: dead, duplicate }: SourceInfo): number =>
  valid + repaired + dead + duplicate;

function State({ of: state }: { of: string }) {
  return (
    <Badge tone={state === 'ok' ? 'loaded' : 'dead_letter'}>
      {state === 'ok' ? 'loading' : state === 'opening' ? 'not reached' : 'takes no rows'}
    </Badge>
  );
}
