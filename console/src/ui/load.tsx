import { CircleAlert, PlugZap, RotateCw, SearchX } from 'lucide-react';
import type { ReactNode } from 'react';
import { ApiError } from '../api/client.ts';
import { Button, Empty, Skeleton } from './basics.tsx';

interface LoadProps<T> {
  query: { data: T | undefined; error: Error | null; refetch: () => unknown };
  height?: number;
  children: (data: T) => ReactNode;
}

/** The answer of a query, or what stands for it while it loads or when it failed. */
export function Load<T>({ query, height, children }: LoadProps<T>) {
  if (query.data !== undefined) return children(query.data);
  if (query.error !== null) return <Failed error={query.error} retry={() => void query.refetch()} />;
  return <Skeleton height={height} />;
}

export function Failed({ error, retry }: { error: Error; retry: () => void }) {
  const again = (
    <Button icon={RotateCw} onClick={retry}>
      Try again
    </Button>
  );
  if (error instanceof ApiError) {
    if (error.isMissingRoute)
      return (
        <Empty icon={PlugZap} title="This server is older than the console">
          It has no such part of the API yet. Update the server to use this page. ({error.message})
        </Empty>
      );
    return (
      <Empty
        icon={error.status === 404 ? SearchX : CircleAlert}
        title={titleOf(error)}
        actions={error.status === 404 ? undefined : again}
      >
        {error.message}
      </Empty>
    );
  }
  return (
    <Empty icon={PlugZap} title="The server can't be reached" actions={again}>
      The page tries again by itself as soon as the server answers. ({error.message})
    </Empty>
  );
}

function titleOf({ status }: ApiError): string {
  if (status === 401) return 'A token is needed';
  if (status === 404) return 'This does not exist';
  return status >= 500 ? 'The server could not answer' : 'The server refused';
}
