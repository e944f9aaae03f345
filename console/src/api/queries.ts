import {
  type UseInfiniteQueryResult,
  type UseQueryResult,
  QueryClient,
  keepPreviousData,
  useInfiniteQuery,
  useQuery,
} from '@tanstack/react-query';
import { useMemo } from 'react';
import {
  type Ask,
  type AskArgs,
  type ItemOf,
  type Key,
  type ReplyTo,
  addressOf,
} from '../../../src/api/client.ts';
import { ApiError, request } from './client.ts';
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
  /** Milliseconds between two looks; none by default. */
  every?: number;
  enabled?: boolean;
}

type Gets = Extract<Key, `GET ${string}`>;
type Lists = { [K in Gets]: ReplyTo<K> extends { items: unknown[] } ? K : never }[Gets];

export function useApi<K extends Gets>(key: K, ...[ask]: AskArgs<K, Options>): UseQueryResult<ReplyTo<K>> {
  const { params, query, every, enabled } = (ask ?? {}) as Ask<Gets> & Options;
  return useQuery<ReplyTo<K>>({
    queryKey: [addressOf(key, params).path, query ?? {}],
    queryFn: ({ signal }) => request<Gets>(key, { params, query, signal }) as Promise<ReplyTo<K>>,
    placeholderData: keepPreviousData,
    refetchInterval: every,
    enabled,
  });
}

export type Pages<T> = UseInfiniteQueryResult & { rows: T[] };

/** A list by cursor; `rows` are all that were fetched so far. */
export function usePages<K extends Lists>(key: K, ...[ask]: AskArgs<K, Options>): Pages<ItemOf<K>> {
  const { params, query, every, enabled } = (ask ?? {}) as Ask<Lists> & Options;
  const found = useInfiniteQuery({
    queryKey: [addressOf(key, params).path, 'pages', query ?? {}],
    queryFn: ({ signal, pageParam }) =>
      request<Gets>(key, { params, query: { ...query, cursor: pageParam }, signal }) as Promise<
        Page<ItemOf<K>>
      >,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    // Further pages were asked for by a person who reads down there: the list must not move, nor be fetched whole.
    refetchInterval: ({ state }) => (every !== undefined && hasOnePage(state.data) ? every : false),
    enabled,
  });
  const rows = useMemo(() => found.data?.pages.flatMap((page) => page.items) ?? [], [found.data]);
  return { ...found, rows };
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
