import { type Live, useLive } from '../api/live.ts';
import { rate } from '../lib/format.ts';

/** Whether what the page shows is of now, whether the service loads, and how fast events come. */
export function ConnectionState() {
  const live = useLive();
  const [state, text] = stateOf(live);
  const perSecond = live.stats?.rates['accepted_per_second'];
  return (
    <div className="connection" data-state={state} role="status">
      <span className="pulse" aria-hidden />
      <span>
        {text}
        {state === 'open' && perSecond !== undefined && <span className="muted"> · {rate(perSecond)}/s</span>}
      </span>
    </div>
  );
}

/** `open` only while figures come and rows are loaded. */
function stateOf({ connection, isStale, stats }: Live): readonly [string, string] {
  if (connection === 'lost') return ['lost', 'Reconnecting…'];
  if (isStale && connection === 'open') return ['lost', 'No figures'];
  if (stats === undefined || connection === 'connecting') return ['connecting', 'Connecting…'];
  return stats.destination.state === 'ok' ? ['open', 'Live'] : ['waiting', 'Not loading'];
}
