import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { request } from '../../api/client.ts';
import { refresh } from '../../api/queries.ts';
import type { DeadLetter } from '../../api/types.ts';
import { groupHref } from '../../lib/links.ts';
import { Button } from '../../ui/basics.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { attempt } from '../../ui/toasts.tsx';
import { ReasonField } from './reason-field.tsx';

export function DiscardButton({ letter }: { letter: DeadLetter }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button kind="danger" icon={Trash2} onClick={() => setOpen(true)}>
        Discard…
      </Button>
      {isOpen && <DiscardDialog letter={letter} onClose={() => setOpen(false)} />}
    </>
  );
}

function DiscardDialog({ letter, onClose }: { letter: DeadLetter; onClose: () => void }) {
  const [reason, setReason] = useState('');
  const [, navigate] = useLocation();

  async function discard(): Promise<void> {
    const done = await attempt(
      () =>
        request('POST /api/v1/dead-letters/{id}/discard', { params: { id: letter.id }, body: { reason } }),
      () => 'Discarded. It stays on record.',
    );
    if (done === undefined) return;
    onClose();
    navigate(groupHref(letter));
    await refresh('dead-letters', 'events');
  }

  return (
    <Dialog title="Discard this letter" onClose={onClose}>
      <form
        className="stack"
        style={{ gap: 14 }}
        onSubmit={(event) => {
          event.preventDefault();
          void discard();
        }}
      >
        <p>The event will not be loaded. It is kept, with your reason, in the audit trail.</p>
        <ReasonField value={reason} onChange={setReason} placeholder="A test event of the vendor" />
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="danger" type="submit" disabled={reason.trim() === ''}>
            Discard
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
