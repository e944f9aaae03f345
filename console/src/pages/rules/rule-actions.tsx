import { Check, CircleSlash, Pin, Trash2, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { flushSync } from 'react-dom';
import { useLocation } from 'wouter';
import { request } from '../../api/client.ts';
import { refresh } from '../../api/queries.ts';
import type { Rule } from '../../api/types.ts';
import { Button } from '../../ui/basics.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { attempt } from '../../ui/toasts.tsx';
import { RollbackDialog } from './rollback-dialog.tsx';

export function RuleActions({ rule }: { rule: Rule }) {
  const [open, setOpen] = useState<'rollback' | 'delete'>();

  async function act(action: 'approve' | 'disable', done: string): Promise<void> {
    await attempt(
      () => request(`POST /api/v1/rules/{id}/${action}`, { params: { id: rule.id } }),
      () => done,
    );
    await refresh('rules');
  }

  return (
    <>
      {rule.status !== 'active' && (
        <Button
          kind="primary"
          icon={Check}
          onClick={() => void act('approve', 'Approved. Its events are repaired from now on.')}
        >
          Approve
        </Button>
      )}
      {rule.status === 'active' && rule.expires_at !== undefined && (
        <Button
          icon={Pin}
          title="Without it, the rule ends when it is not used for some days"
          onClick={() => void act('approve', 'Kept: it does not expire.')}
        >
          Keep
        </Button>
      )}
      {(rule.status === 'active' || rule.status === 'candidate') && (
        <Button icon={CircleSlash} onClick={() => void act('disable', 'Disabled. No healer brings it back.')}>
          Disable
        </Button>
      )}
      <Button icon={Undo2} onClick={() => setOpen('rollback')}>
        Roll back…
      </Button>
      <Button kind="danger" icon={Trash2} onClick={() => setOpen('delete')}>
        Delete…
      </Button>
      {open === 'rollback' && <RollbackDialog rule={rule} onClose={() => setOpen(undefined)} />}
      {open === 'delete' && <DeleteDialog id={rule.id} onClose={() => setOpen(undefined)} />}
    </>
  );
}

function DeleteDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const [, navigate] = useLocation();
  async function remove(): Promise<void> {
    const done = await attempt(
      async () => {
        await request('DELETE /api/v1/rules/{id}', { params: { id } });
        return true;
      },
      () => 'Deleted. A healer may learn it again.',
    );
    if (done === undefined) return;
    // Gone from the page before the lists are asked for again, lest the deleted rule is.
    flushSync(() => {
      onClose();
      navigate('/rules');
    });
    await refresh('rules');
  }
  return (
    <Dialog title="Delete this rule" onClose={onClose}>
      <p>
        What it repaired stays as it is. A healer may learn the same rule again from the next event; disable
        it instead to keep it from coming back.
      </p>
      <div className="dialog-actions">
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="danger" onClick={() => void remove()}>
          Delete
        </Button>
      </div>
    </Dialog>
  );
}
