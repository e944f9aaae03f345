const key = 'data-sentinel.token';

let token = localStorage.getItem(key) ?? undefined;
let isRefused = false;
const listeners = new Set<() => void>();

/** The API token of this browser, and whether the server has refused it (or the lack of one). */
export const tokenStore = {
  get: () => token,
  isRefused: () => isRefused,
  /** A token that the server has accepted; undefined when it needs none. */
  accept(next: string | undefined): void {
    token = next;
    isRefused = false;
    if (next === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, next);
    notify();
  },
  refuse(): void {
    if (isRefused) return;
    isRefused = true;
    notify();
  },
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

function notify(): void {
  for (const listener of listeners) listener();
}
