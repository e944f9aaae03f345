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
        <dd>{sender === undefined ? 'a key (the settings do not name it)' : wayOf(sender)}</dd>
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

const wayOf = ({ verified_by: type }: NonNullable<SourceInfo['sender']>): string =>
  type === 'key' ? 'a key' : type === 'none' ? 'nothing: everyone may send' : type;

function RefusedList({ refused: { total, reasons, recent } }: { refused: Refused }) {
  return (
    <section>
      <h3>{count(total)} requests refused since the start</h3>
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
