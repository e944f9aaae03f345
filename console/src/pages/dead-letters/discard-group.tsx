import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { LetterGroup } from '../../api/types.ts';
import { plural } from '../../lib/format.ts';
import { Button } from '../../ui/basics.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { JobProgress } from './job-progress.tsx';
import { ReasonField } from './reason-field.tsx';
import { type DiscardGroup, useDiscardGroup } from './use-discard-group.ts';

/** Settles all of a filter without loading their events, after it was said how many they are. */
export function DiscardGroupButton({ filter }: { filter: LetterGroup }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button kind="danger" icon={Trash2} onClick={() => setOpen(true)}>
        Discard all…
      </Button>
      {isOpen && <DiscardGroupDialog filter={filter} onClose={() => setOpen(false)} />}
    </>
  );
}

function DiscardGroupDialog({ filter, onClose }: { filter: LetterGroup; onClose: () => void }) {
  const [reason, setReason] = useState('');
  const group = useDiscardGroup(filter, onClose);
  const { matched, isBusy, run, stop } = group;
  const leave = isBusy ? stop : onClose;
  return (
    <Dialog title="Discard all letters of this group" onClose={leave}>
      <form
        className="stack"
        style={{ gap: 14 }}
        onSubmit={(event) => {
          event.preventDefault();
          void run(reason);
        }}
      >
        <p role="status">{forecast(matched)}</p>
        <ReasonField value={reason} onChange={setReason} placeholder="Spam of one sender" readOnly={isBusy} />
        <Progress of={group} />
        <div className="dialog-actions">
          <Button onClick={leave}>{isBusy ? 'Stop' : 'Cancel'}</Button>
          <Button kind="danger" type="submit" disabled={!matched || isBusy || reason.trim() === ''}>
            Discard {matched === undefined ? '' : plural(matched, 'letter')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function forecast(matched: number | undefined): string {
  if (matched === undefined) return 'Counting the letters…';
  if (matched === 0) return 'No letter of this group is open any more.';
  const open = `${plural(matched, 'letter')} of this group ${matched === 1 ? 'is' : 'are'} open.`;
  return `${open} None of them is loaded; each stays on record, with your reason. Letters that come later stay open.`;
}

function Progress({ of: { matched, discarded, isBusy } }: { of: DiscardGroup }) {
  if (matched === undefined || (!isBusy && discarded === 0)) return null;
  return <JobProgress done={discarded} total={matched} label="Discarded letters" verb="discarded" />;
}
