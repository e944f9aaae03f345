import { Download, FilePlus2 } from 'lucide-react';
import { useState } from 'react';
import { useApi } from '../../api/queries.ts';
import type { LetterGroup } from '../../api/types.ts';
import { plural } from '../../lib/format.ts';
import { Button, Skeleton } from '../../ui/basics.tsx';
import { Copy } from '../../ui/copy.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { JsonView } from '../../ui/json-view.tsx';
import { Failed } from '../../ui/load.tsx';
import { saveText } from '../../lib/download.ts';

/** A contract that the events of a group suggest, to look at and to take along; nothing is stored. */
export function MakeContractButton({ filter }: { filter: LetterGroup }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button icon={FilePlus2} onClick={() => setOpen(true)}>
        Make a contract…
      </Button>
      {isOpen && <MakeContractDialog filter={filter} onClose={() => setOpen(false)} />}
    </>
  );
}

function MakeContractDialog({ filter, onClose }: { filter: LetterGroup; onClose: () => void }) {
  const inferred = useApi('GET /api/v1/dead-letters/contract', { query: filter });
  const { data } = inferred;
  const text = data === undefined ? '' : JSON.stringify(data.schema, null, 2);
  const header = data?.schema['x-contract'] as { name?: string } | undefined;
  const file = `${header?.name ?? 'event'}.schema.json`;
  return (
    <Dialog title="A contract of these events" onClose={onClose} wide>
      <div className="stack" style={{ gap: 14 }}>
        {inferred.error !== null && <Failed error={inferred.error} retry={() => void inferred.refetch()} />}
        {inferred.isPending && <Skeleton height={240} />}
        {data !== undefined && (
          <>
            <p>
              Made of {plural(data.events, 'event')}. The counts behind each choice are in{' '}
              <code>$comment</code>. Look at it, put it into a folder of contracts, restart, and replay the
              letters.
            </p>
            {data.notes.length > 0 && (
              <ul>
                {data.notes.map((note) => (
                  <li key={note}>{note}</li>
                ))}
              </ul>
            )}
            <JsonView text={text} label="The contract" />
          </>
        )}
        <div className="dialog-actions">
          {data !== undefined && <Copy text={text} label="the contract" />}
          <Button onClick={onClose}>Close</Button>
          <Button
            kind="primary"
            icon={Download}
            disabled={data === undefined}
            onClick={() => saveText(text, file)}
          >
            Download
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
