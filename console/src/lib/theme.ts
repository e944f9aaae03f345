import { useSyncExternalStore } from 'react';

export type Theme = 'system' | 'light' | 'dark';

const key = 'data-sentinel.theme';
const listeners = new Set<() => void>();
const dark = matchMedia('(prefers-color-scheme: dark)');

let theme = (localStorage.getItem(key) as Theme | null) ?? 'system';

export function applyTheme(): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

export function setTheme(next: Theme): void {
  theme = next;
  localStorage.setItem(key, next);
  applyTheme();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  dark.addEventListener('change', listener);
  return () => {
    listeners.delete(listener);
    dark.removeEventListener('change', listener);
  };
}

export function useTheme(): { theme: Theme; isDark: boolean } {
  const chosen = useSyncExternalStore(subscribe, () => theme);
  const isDark = useSyncExternalStore(subscribe, () =>
    theme === 'system' ? dark.matches : theme === 'dark',
  );
  return { theme: chosen, isDark };
}
