import { Link } from 'wouter';
import { useApi } from '../../api/queries.ts';
import { basePath } from '../../lib/base-path.ts';
import { useFilters } from '../../lib/use-filters.ts';
import { Card, Page } from '../../ui/basics.tsx';
import { Copy } from '../../ui/copy.tsx';
import './sources.css';
import { TestButton } from './test-button.tsx';
import { type SenderKind, senders, snippetOf } from './senders.ts';

const sourceName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** What to set here and to paste there, so that a sender's webhooks arrive. */
export default function Connect() {
  const [{ type = 'stripe', name }, setFilters] = useFilters(['type', 'name']);
  const { data } = useApi('GET /api/v1/sources');
  const kind = senders.find((one) => one.type === type) ?? senders[0]!;
  const configured = data?.items.find(({ sender }) => sender?.verified_by === kind.type);
  const chosen = name !== undefined && sourceName.test(name) ? name : (configured?.source ?? kind.type);
  const source = data?.items.find((one) => one.source === chosen && one.sender !== undefined);
  return (
    <Page title="Connect a sender" crumbs={<Link href="/sources">Sources</Link>}>
      <div className="filters">
        <label className="field">
          Sender
          <select
            className="select"
            value={kind.type}
            onChange={({ target }) => setFilters({ type: target.value, name: undefined })}
          >
            {senders.map(({ type, label }) => (
              <option key={type} value={type}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <label className="field">
          Name of the source
          <input
            className="input"
            value={name ?? chosen}
            pattern="[A-Za-z0-9][A-Za-z0-9._\-]*"
            onChange={({ target }) => setFilters({ name: target.value.trim() })}
          />
        </label>
      </div>
      <Steps kind={kind} name={chosen} />
      <Card title="3. Try it">
        {source?.sender === undefined ? (
          <p className="muted">
            The settings have no source {chosen} yet. Add the lines above, set the variable, and restart the
            service (<code>sentinel dev</code> restarts by itself). A button that tries the signature appears
            here then.
          </p>
        ) : source.sender.can_test ? (
          <div className="stack" style={{ gap: 12 }}>
            <p className="muted">
              Signs an empty request with the configured secret and sends it as the sender would. It tries the
              signature; nothing is stored. The same: <code>sentinel sources test {chosen}</code>
            </p>
            <TestButton source={chosen} />
          </div>
        ) : source.sender.verified_by !== kind.type ? (
          <p className="muted">
            The settings have a source {chosen} that is verified otherwise. Put the lines above in its place,
            set the variable, and restart the service, or choose another name.
          </p>
        ) : (
          <p className="muted">Only {kind.label} can sign such requests: send a test from its own pages.</p>
        )}
      </Card>
    </Page>
  );
}

function Steps({ kind, name }: { kind: SenderKind; name: string }) {
  const snippet = snippetOf(kind, name);
  const address = `${location.origin}${basePath}/ingest/${name}`;
  return (
    <>
      <Card title="1. Here: sentinel-config.yaml" end={<Copy text={snippet} label="the lines" />}>
        <div className="stack" style={{ gap: 12 }}>
          <pre className="mono snippet">{snippet}</pre>
          {kind.env !== undefined && (
            <p className="muted">
              Set <code>{kind.env}</code> in the environment, or in <code>.env</code>, to the secret. It is
              never shown here.
            </p>
          )}
          <p className="muted">
            When the file has <code>sources:</code> already, add what follows that line to it: a key may stand
            there once.
          </p>
          <p className="muted">
            <code>contract</code> names the contract for its events, one of your <code>contracts/</code>;
            without that line the event&apos;s own <code>type</code> decides, else the default contract.
          </p>
        </div>
      </Card>
      <Card title={`2. There: ${kind.label}`} end={<Copy text={address} label="the URL" />}>
        <div className="stack" style={{ gap: 12 }}>
          <p className="mono snippet">{address}</p>
          <p className="muted">
            In {kind.label}: {kind.where}. Paste this URL there. Behind a proxy it is the public address of
            this host.
          </p>
        </div>
      </Card>
    </>
  );
}
