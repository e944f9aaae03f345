import { Check, Copy as CopyIcon } from 'lucide-react';
import { useState } from 'react';
import { Button } from './basics.tsx';
import { attempt } from './toasts.tsx';

export function Copy({ text, label }: { text: string; label: string }) {
  const [isDone, setDone] = useState(false);
  async function copy(): Promise<void> {
    await attempt(async () => {
      await navigator.clipboard.writeText(text);
      setDone(true);
      setTimeout(() => setDone(false), 1500);
    });
  }
  return (
    <Button
      kind="ghost"
      size="small"
      icon={isDone ? Check : CopyIcon}
      aria-label={`Copy ${label}`}
      onClick={() => void copy()}
    />
  );
}
