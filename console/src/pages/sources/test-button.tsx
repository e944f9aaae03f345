import { Send } from 'lucide-react';
import { useState } from 'react';
import { request } from '../../api/client.ts';
import { refresh } from '../../api/queries.ts';
import { Button } from '../../ui/basics.tsx';
import { attempt } from '../../ui/toasts.tsx';

/** Sends a signed, empty request, and shows what was answered. */
export function TestButton({ source }: { source: string }) {
  const [answer, setAnswer] = useState<string>();
  const [isBusy, setBusy] = useState(false);

  async function test(): Promise<void> {
    setBusy(true);
    const sent = await attempt(
      () => request('POST /api/v1/sources/{source}/test', { params: { source }, body: {} }),
      ({ accepted, status }) => (accepted ? `Accepted (${status}).` : `Refused (${status}).`),
    );
    setBusy(false);
    setAnswer(sent === undefined ? undefined : `${sent.status} ${sent.answer}`);
    await refresh('sources');
  }

  return (
    <div className="stack" style={{ gap: 8 }}>
      <div>
        <Button icon={Send} size="small" disabled={isBusy} onClick={() => void test()}>
          Try the signature
        </Button>
      </div>
      {answer !== undefined && (
        <p className="mono snippet" role="status">
          {answer}
        </p>
      )}
    </div>
  );
}
