import { useState } from 'react';
import { request } from '../../api/client.ts';
import { refresh } from '../../api/queries.ts';
import { Button } from '../../ui/basics.tsx';
import { Copy } from '../../ui/copy.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { attempt } from '../../ui/toasts.tsx';
import '../sources/sources.css';

const roles = [
  { value: 'ingest', label: 'ingest: sends events, reads nothing' },
  { value: 'read', label: 'read: sees all, changes nothing' },
  { value: 'operate', label: 'operate: replays, discards, decides on rules' },
  { value: 'admin', label: 'admin: makes keys, too' },
] as const;
type Role = (typeof roles)[number]['value'];
const spans = [
  { value: '', label: 'never' },
  { value: '30d', label: 'in 30 days' },
  { value: '90d', label: 'in 90 days' },
  { value: '365d', label: 'in a year' },
] as const;

/** Makes a key, and shows its text: the only time that anybody sees it. */
export function NewKey({ onClose }: { onClose: () => void }) {
  const [made, setMade] = useState<string>();
  return (
    <Dialog title={made === undefined ? 'New key' : 'Copy the key now'} onClose={onClose}>
      {made === undefined ? (
        <Form onMade={setMade} onClose={onClose} />
      ) : (
        <Shown text={made} onClose={onClose} />
      )}
    </Dialog>
  );
}

function Form({ onMade, onClose }: { onMade: (text: string) => void; onClose: () => void }) {
  const [role, setRole] = useState<Role>('ingest');
  const [name, setName] = useState('');
  const [source, setSource] = useState('');
  const [span, setSpan] = useState('');

  async function create(): Promise<void> {
    const filled = (text: string) => (text.trim() === '' ? undefined : text.trim());
    const made = await attempt(() =>
      request('POST /api/v1/keys', {
        body: {
          role,
          name: filled(name),
          source: role === 'ingest' ? filled(source) : undefined,
          expires_in: filled(span),
        },
      }),
    );
    if (made !== undefined) onMade(made.key);
    await refresh('keys');
  }

  return (
    <form
      className="stack"
      style={{ gap: 14 }}
      onSubmit={(event) => {
        event.preventDefault();
        void create();
      }}
    >
      <label className="field">
        Role
        <Choice value={role} options={roles} onChange={setRole} />
      </label>
      <label className="field">
        Name
        <input
          className="input"
          placeholder="Who or what uses it"
          maxLength={100}
          value={name}
          onChange={({ target }) => setName(target.value)}
        />
      </label>
      {role === 'ingest' && (
        <label className="field">
          Only for the source
          <input
            className="input"
            placeholder="all"
            pattern="[A-Za-z0-9][A-Za-z0-9._\-]*"
            value={source}
            onChange={({ target }) => setSource(target.value)}
          />
        </label>
      )}
      <label className="field">
        Ends
        <Choice value={span} options={spans} onChange={setSpan} />
      </label>
      <div className="dialog-actions">
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="primary" type="submit">
          Make the key
        </Button>
      </div>
    </form>
  );
}

function Choice<T extends string>({
  value,
  options,
  onChange,
}: {
  value: T;
  options: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
}) {
  return (
    <select className="select" value={value} onChange={({ target }) => onChange(target.value as T)}>
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}

function Shown({ text, onClose }: { text: string; onClose: () => void }) {
  return (
    <div className="stack" style={{ gap: 14 }}>
      <p>
        It is shown this once; only its hash is kept. Send it as “Authorization: Bearer …” or “X-API-Key”.
      </p>
      <div className="row">
        <p className="mono snippet" style={{ flex: 1 }}>
          {text}
        </p>
        <Copy text={text} label="the key" />
      </div>
      <div className="dialog-actions">
        <Button kind="primary" onClick={onClose}>
          Done
        </Button>
      </div>
    </div>
  );
}
