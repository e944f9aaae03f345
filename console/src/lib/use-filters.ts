import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'wouter';

export type Filters<K extends string> = Partial<Record<K, string>>;

/** Filters that live in the URL, so that a view can be shared and the back button works. */
export function useFilters<const K extends string>(
  names: readonly K[],
): [Filters<K>, (change: Filters<K>) => void] {
  const [search, setSearch] = useSearchParams();
  const key = names.join();
  const filters = useMemo(() => {
    const found: Filters<K> = {};
    for (const name of key.split(',') as K[]) {
      const value = search.get(name);
      if (value !== null && value !== '') found[name] = value;
    }
    return found;
  }, [search, key]);

  const change = useCallback(
    (next: Filters<K>) =>
      setSearch(
        (before) => {
          const after = new URLSearchParams(before);
          for (const [name, value] of Object.entries(next)) {
            if (value === undefined || value === '') after.delete(name);
            else after.set(name, value as string);
          }
          return after;
        },
        { replace: true },
      ),
    [setSearch],
  );
  return [filters, change];
}
