import {
  type UseInfiniteQueryResult,
  type UseQueryResult,
  QueryClient,
  keepPreviousData,
  useInfiniteQuery,
  useQuery,
} from '@tanstack/react-query';
import { useMemo } from 'react';
import { ApiError, type Params, request } from './client.ts';
import type { Page } from './types.ts';

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2000,
      retry: (failures, error) => !(error instanceof ApiError && error.status < 500) && failures < 2,
      refetchOnWindowFocus: true,
    },
  },
});

interface Options {
  params?: Params;
  /** Milliseconds between two looks; none by default. */
  every?: number;
  enabled?: boolean;
}

export function useApi<T>(path: string, { params, every, enabled }: Options = {}): UseQueryResult<T> {
  return useQuery<T>({
    queryKey: [path, params ?? {}],
    queryFn: ({ signal }) => request<T>(path, { params, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: every,
    enabled,
  });
}

export type Pages<T> = UseInfiniteQueryResult & { rows: T[] };

/** A list by cursor; `rows` are all that were fetched so far. */
export function usePages<T>(path: string, { params, every, enabled }: Options = {}): Pages<T> {
  const query = useInfiniteQuery({
    queryKey: [path, 'pages', params ?? {}],
    queryFn: ({ signal, pageParam }) =>
      request<Page<T>>(path, { params: { ...params, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    // Further pages were asked for by a person who reads down there: the list must not move, nor be fetched whole.
    refetchInterval: ({ state }) => (every !== undefined && hasOnePage(state.data) ? every : false),
    enabled,
  });
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  return { ...query, rows };
}

const hasOnePage = (data: unknown): boolean =>
  ((data as { pages?: unknown[] } | undefined)?.pages?.length ?? 1) <= 1;

/** Asks anew for all that is below these paths, after a person changed something. */
export function refresh(...paths: string[]): Promise<void> {
  return queryClient.invalidateQueries({ predicate: ({ queryKey: [key] }) => isBelow(key, paths) });
}

/** The same for changes that come by themselves, all the time perhaps: long lists stay as they are. */
export function refreshShort(...paths: string[]): Promise<void> {
  return queryClient.invalidateQueries({
    predicate: ({ queryKey: [key], state }) => isBelow(key, paths) && hasOnePage(state.data),
  });
}

function isBelow(key: unknown, paths: readonly string[]): boolean {
  return typeof key === 'string' && paths.some((path) => key.startsWith(`/api/v1/${path}`));
}
