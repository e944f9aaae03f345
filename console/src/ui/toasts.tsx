import { CheckCircle2, CircleAlert } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { Button } from './basics.tsx';

interface Toast {
  id: number;
  kind: 'done' | 'failed';
  text: string;
  undo?: () => void;
}

interface ToastOptions {
  kind?: Toast['kind'];
  /** Offers to take the action back, for longer than a message stays. */
  undo?: () => void;
}

let toasts: readonly Toast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function set(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

/** Says for some seconds what an action came to. */
export function toast(text: string, { kind = 'done', undo }: ToastOptions = {}): void {
  const id = nextId++;
  set([...toasts.slice(-3), { id, kind, text, undo }]);
  setTimeout(() => drop(id), kind === 'done' && undo === undefined ? 5000 : 9000);
}

const drop = (id: number): void => set(toasts.filter((one) => one.id !== id));

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
    toast(error instanceof Error ? error.message : String(error), { kind: 'failed' });
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
      {shown.map(({ id, kind, text, undo }) => (
        <div key={id} className="toast">
          {kind === 'done' ? (
            <CheckCircle2 size={16} color="var(--loaded)" aria-hidden />
          ) : (
            <CircleAlert size={16} color="var(--dead_letter)" aria-hidden />
          )}
          <span>{text}</span>
          {undo !== undefined && (
            <Button
              size="small"
              onClick={() => {
                drop(id);
                undo();
              }}
            >
              Undo
            </Button>
          )}
        </div>
      ))}
    </div>
  );
}
