import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import { request } from '../../api/client.ts';
import { refresh, useApi } from '../../api/queries.ts';
import type { ApiKey } from '../../api/types.ts';
import { plural } from '../../lib/format.ts';
import { Ago, Button, Card, Empty, Page } from '../../ui/basics.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Load } from '../../ui/load.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { attempt } from '../../ui/toasts.tsx';
import { NewKey } from './new-key.tsx';

const isOver = ({ expires_at: at }: ApiKey): boolean => at !== undefined && Date.parse(at) <= Date.now();

const columnsWith = (revoke: (key: ApiKey) => void): Column<ApiKey>[] => [
  {
    header: 'Name',
    width: 'minmax(0, 2fr)',
    phone: 'wide',
    cell: ({ name, id }) => (
      <>
        {name}
        <span className="sub mono">{id}</span>
      </>
    ),
  },
  {
    header: 'Role',
    width: 'minmax(0, 1fr)',
    cell: ({ role, source }) => (source === undefined ? role : `${role}, only ${source}`),
  },
  { header: 'Made by', width: 'minmax(0, 1fr)', phone: 'hide', cell: ({ created_by }) => created_by },
  { header: 'Made', width: '96px', phone: 'hide', cell: ({ created_at: at }) => <Ago at={at} /> },
  { header: 'Last use', width: '96px', phone: 'label', cell: ({ last_used_at: at }) => <Ago at={at} /> },
  {
    header: 'Ends',
    width: '110px',
    phone: 'label',
    cell: (key) =>
      isOver(key) ? 'ended' : key.expires_at === undefined ? 'never' : key.expires_at.slice(0, 10),
  },
  {
    header: '',
    width: '92px',
    end: true,
    cell: (key) => (
      <Button size="small" kind="danger" aria-label={`Revoke ${key.name}`} onClick={() => revoke(key)}>
        Revoke
      </Button>
    ),
  },
];

/** Who may send, read and act. */
export default function Keys() {
  const query = useApi('GET /api/v1/keys', { every: 10_000 });
  const [isNew, setNew] = useState(false);
  const [revoked, setRevoked] = useState<ApiKey>();
  const add = (
    <Button kind="primary" icon={Plus} onClick={() => setNew(true)}>
      New key
    </Button>
  );
  return (
    <Page title="Keys" lead={query.data && plural(query.data.items.length, 'key')} actions={add}>
      <Load query={query}>
        {({ items }) => (
          <Card flush>
            {items.length === 0 ? (
              <Empty icon={KeyRound} title="No keys yet" actions={add}>
                As long as there is no key and no SENTINEL_API_TOKEN, requests need none. Give each sender
                that signs nothing a key with the role ingest; each person and each tool gets one of its own.
                Once there is an admin key, every request needs a key.
              </Empty>
            ) : (
              <Table
                label="Keys"
                rows={items}
                columns={columnsWith(setRevoked)}
                rowHeight={54}
                keyOf={({ id }) => id}
              />
            )}
          </Card>
        )}
      </Load>
      {isNew && <NewKey onClose={() => setNew(false)} />}
      {revoked !== undefined && <Revoke of={revoked} onClose={() => setRevoked(undefined)} />}
    </Page>
  );
}

function Revoke({ of: { id, name }, onClose }: { of: ApiKey; onClose: () => void }) {
  async function revoke(): Promise<void> {
    await attempt(
      () => request('DELETE /api/v1/keys/{id}', { params: { id } }),
      () => `The key ${name} is revoked.`,
    );
    onClose();
    await refresh('keys');
  }
  return (
    <Dialog title={`Revoke ${name}`} onClose={onClose}>
      <p>Whoever uses this key is refused within a second. A revoked key cannot be brought back.</p>
      <div className="dialog-actions">
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="danger" onClick={() => void revoke()}>
          Revoke
        </Button>
      </div>
    </Dialog>
  );
}
