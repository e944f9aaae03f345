import { useQuery } from '@tanstack/react-query';
import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { request } from '../../api/client.ts';
import { refresh } from '../../api/queries.ts';
import type { RollbackDryRun, Rule } from '../../api/types.ts';
import { plural } from '../../lib/format.ts';
import { Button } from '../../ui/basics.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Load } from '../../ui/load.tsx';
import { Notice } from '../../ui/status.tsx';
import { attempt } from '../../ui/toasts.tsx';

/** Takes the rule's rows back out of the destination, after saying how many they are. */
export function RollbackDialog({ rule, onClose }: { rule: Rule; onClose: () => void }) {
  const [reason, setReason] = useState('');
  const rollback = (body: { reason?: string; dry_run?: boolean }) =>
    request('POST /api/v1/rules/{id}/rollback', { params: { id: rule.id }, body });
  const forecast = useQuery({
    queryKey: ['rollback', rule.id],
    queryFn: () => rollback({ dry_run: true }) as Promise<RollbackDryRun>,
  });

  async function rollBack(): Promise<void> {
    const done = await attempt(
      () => rollback({ reason }),
      () => 'Under way. The events come back as dead letters.',
    );
    if (done === undefined) return;
    onClose();
    await refresh('rules', 'dead-letters');
  }

  return (
    <Dialog title="Roll this rule back" onClose={onClose}>
      <Load query={forecast} height={60}>
        {({ total, duplicates }) => (
          <>
            <p>
              {total === 0
                ? 'It has no rows in the destination.'
                : `${plural(total, 'row')} that it repaired are taken out of ${rule.contract}, and their events come back as dead letters, as they were received. The rule is disabled.`}
            </p>
            {duplicates > 0 && (
              <Notice tone="healing" icon={TriangleAlert}>
                {plural(duplicates, 'later event')} with the same keys were left out as duplicates of these
                rows.
              </Notice>
            )}
          </>
        )}
      </Load>
      <label className="field">
        Reason
        <input
          className="input"
          maxLength={1000}
          placeholder="price is in cents, not in euros"
          value={reason}
          onChange={({ target }) => setReason(target.value)}
        />
      </label>
      <div className="dialog-actions">
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="danger" disabled={forecast.data === undefined} onClick={() => void rollBack()}>
          Roll back {forecast.data === undefined ? '' : plural(forecast.data.total, 'row')}
        </Button>
      </div>
    </Dialog>
  );
}
