import { CheckCircle2, CircleAlert } from 'lucide-react';
import { useSyncExternalStore } from 'react';

interface Toast {
  id: number;
  kind: 'done' | 'failed';
  text: string;
}

let toasts: readonly Toast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function set(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

/** Says for some seconds what an action came to. */
export function toast(text: string, kind: Toast['kind'] = 'done'): void {
  const id = nextId++;
  set([...toasts.slice(-3), { id, kind, text }]);
  setTimeout(() => set(toasts.filter((one) => one.id !== id)), kind === 'done' ? 5000 : 9000);
}

/** Runs an action and tells how it went. Resolves with undefined when it failed. */
export async function attempt<T>(
  action: () => Promise<T>,
  done?: (value: T) => string,
): Promise<T | undefined> {
  try {
    const value = await action();
    if (done !== undefined) toast(done(value));
    return value;
  } catch (error) {
    toast(error instanceof Error ? error.message : String(error), 'failed');
    return undefined;
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function Toasts() {
  const shown = useSyncExternalStore(subscribe, () => toasts);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map(({ id, kind, text }) => (
        <div key={id} className="toast">
          {kind === 'done' ? (
            <CheckCircle2 size={16} color="var(--loaded)" aria-hidden />
          ) : (
            <CircleAlert size={16} color="var(--dead_letter)" aria-hidden />
          )}
          <span>{text}</span>
        </div>
      ))}
    </div>
  );
}
