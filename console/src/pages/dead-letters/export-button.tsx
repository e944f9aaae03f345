import { Download } from 'lucide-react';
import { useState } from 'react';
import type { Params } from '../../api/client.ts';
import { download } from '../../lib/download.ts';
import { Button } from '../../ui/basics.tsx';
import { attempt } from '../../ui/toasts.tsx';

/** The letters of a filter as a file, a JSON object a line. */
export function ExportButton({ filter }: { filter: Params }) {
  const [isBusy, setBusy] = useState(false);
  async function run(): Promise<void> {
    setBusy(true);
    const day = new Date().toISOString().slice(0, 10);
    await attempt(() => download('/api/v1/dead-letters/export', filter, `dead-letters-${day}.ndjson`));
    setBusy(false);
  }
  return (
    <Button icon={Download} disabled={isBusy} onClick={() => void run()}>
      {isBusy ? 'Exporting…' : 'Export NDJSON'}
    </Button>
  );
}
