import { useLive } from '../api/live.ts';
import { rate } from '../lib/format.ts';

/** Whether the page is live, and how fast events come. */
export function ConnectionState() {
  const { connection, stats } = useLive();
  const perSecond = stats?.rates['accepted_per_second'];
  return (
    <div className="connection" data-state={connection} role="status">
      <span className="pulse" aria-hidden />
      {connection === 'open' ? (
        <span>
          Live
          {perSecond !== undefined && <span className="muted"> · {rate(perSecond)}/s</span>}
        </span>
      ) : connection === 'lost' ? (
        'Reconnecting…'
      ) : (
        'Connecting…'
      )}
    </div>
  );
}
