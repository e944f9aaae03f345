import type { SourceInfo } from '../../api/types.ts';
import { basePath } from '../../lib/base-path.ts';
import { count } from '../../lib/format.ts';
import { Ago } from '../../ui/basics.tsx';
import { Copy } from '../../ui/copy.tsx';
import { TestButton } from './test-button.tsx';
import './sources.css';

type Refused = NonNullable<SourceInfo['refused']>;

/** Who sends, how that is verified, and what was refused. */
export function SenderPanel({ source }: { source: SourceInfo }) {
  const { sender, refused } = source;
  const address = `${location.origin}${basePath}/ingest/${source.source}`;
  return (
    <div className="sender">
      <dl className="facts">
        <dt>Verified by</dt>
        <dd>{wayOf(source)}</dd>
        {sender !== undefined && sender.secret_from.length > 0 && (
          <>
            <dt>Secret from</dt>
            <dd className="mono">{sender.secret_from.join(', ')}</dd>
          </>
        )}
        <dt>URL</dt>
        <dd className="mono row">
          <span className="truncate">{address}</span>
          <Copy text={address} label="the URL" />
        </dd>
        <dt>Last delivery</dt>
        <dd>
          <Ago at={source.last_delivery_at ?? source.last_seen_at} />
        </dd>
      </dl>
      {sender?.can_test === true && <TestButton source={source.source} />}
      {refused !== undefined && <RefusedList refused={refused} />}
    </div>
  );
}

function wayOf({ asks_for, sender }: SourceInfo): string {
  if (asks_for === 'nothing') return 'nothing: whoever reaches the URL may send';
  if (asks_for === 'signature') return sender!.verified_by;
  return sender === undefined ? 'a key (the settings do not name the source)' : 'a key';
}

function RefusedList({ refused: { total, reasons, recent } }: { refused: Refused }) {
  return (
    <section>
      <h3>{count(total)} requests refused by this process since it started</h3>
      <p className="muted">
        {Object.entries(reasons)
          .toSorted(([, a], [, b]) => b - a)
          .map(([reason, times]) => `${reason.replaceAll('_', ' ')}: ${count(times)}`)
          .join(', ')}
      </p>
      <ul className="refused">
        {recent.slice(0, 5).map(({ at, reason, address }, index) => (
          <li key={`${at} ${index}`}>
            <Ago at={at} /> <span>{reason.replaceAll('_', ' ')}</span>{' '}
            <span className="mono muted">{address}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
