import { useEffect, useRef, useState } from 'react';
import { type Params, request, withParams } from '../../api/client.ts';
import { keepReading } from '../../api/sse.ts';
import type { LogLine } from '../../api/types.ts';

const kept = 5000;
const drawnEveryMs = 200;

export interface LogStream {
  /** Newest first. */
  lines: readonly LogLine[];
  /** Lines that came too fast to be sent. */
  dropped: number;
  error: Error | undefined;
  isLoading: boolean;
  retry: () => void;
}

/** The last lines of a filter and those that come, unless it is paused; drawn a few times a second at most. */
export function useLogStream(filters: Params, isPaused: boolean): LogStream {
  const [lines, setLines] = useState<readonly LogLine[]>([]);
  const [dropped, setDropped] = useState(0);
  const [error, setError] = useState<Error>();
  const [isLoading, setLoading] = useState(true);
  const [round, setRound] = useState(0);
  const paused = useRef(isPaused);
  useEffect(() => {
    paused.current = isPaused;
  }, [isPaused]);
  const key = JSON.stringify(filters);

  useEffect(() => {
    const wanted = JSON.parse(key) as Params;
    const abort = new AbortController();
    let arrived: LogLine[] = [];
    setLines([]);
    setLoading(true);
    setError(undefined);
    const merge = (more: readonly LogLine[]) =>
      setLines((before) => {
        const newest = before[0]?.seq ?? -1;
        const fresh = more.filter(({ seq }) => seq > newest).toSorted((a, b) => b.seq - a.seq);
        return fresh.length === 0 ? before : [...fresh, ...before].slice(0, kept);
      });

    request('GET /api/v1/logs', { query: { ...wanted, limit: 500 }, signal: abort.signal }).then(
      ({ items }) => {
        setLoading(false);
        merge(items);
      },
      (cause: unknown) => {
        if (!abort.signal.aborted) setError(cause as Error);
      },
    );
    const stop = keepReading(withParams('/api/v1/logs/stream', wanted), {
      onEvent: ({ event, data }) => {
        if (event === 'log') arrived.push(JSON.parse(data) as LogLine);
        else if (event === 'dropped') setDropped((n) => n + (JSON.parse(data) as { count: number }).count);
      },
    });
    const timer = setInterval(() => {
      if (arrived.length === 0 || paused.current) {
        arrived = arrived.slice(-kept);
        return;
      }
      merge(arrived);
      arrived = [];
    }, drawnEveryMs);
    return () => {
      abort.abort();
      stop();
      clearInterval(timer);
    };
  }, [key, round]);

  return { lines, dropped, error, isLoading, retry: () => setRound((n) => n + 1) };
}
