import { Pause, Play, ScrollText } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useApi } from '../../api/queries.ts';
import { count, plural } from '../../lib/format.ts';
import { useFilters } from '../../lib/use-filters.ts';
import { Button, Card, Empty, Page, Skeleton } from '../../ui/basics.tsx';
import { Choice, SearchBox } from '../../ui/filters.tsx';
import { Failed } from '../../ui/load.tsx';
import { Causes } from './causes.tsx';
import { LogLines } from './log-lines.tsx';
import { useLogStream } from './use-log-stream.ts';

const names = ['level', 'step', 'source', 'status', 'q'] as const;
const levels = ['debug', 'info', 'warn', 'error'].map((value) => ({ value, label: `${value} and above` }));
const statuses = ['started', 'loaded', 'repaired', 'dead_letter', 'failed', 'retrying', 'paused', 'resumed'];

/** What the process writes, of all its threads, as it comes. */
export default function Logs() {
  const [filters, setFilters] = useFilters(names);
  const [isPaused, setPaused] = useState(false);
  const { lines, dropped, error, isLoading, retry } = useLogStream(filters, isPaused);
  const flow = useApi('GET /api/v1/flow');
  const sources = useApi('GET /api/v1/sources');
  const steps = useMemo(
    () => flow.data?.nodes.flatMap((node) => (node.kind === 'step' ? [node.name] : [])) ?? [],
    [flow.data],
  );
  const isFiltered = Object.keys(filters).length > 0;
  return (
    <Page
      title="Logs"
      lead={isPaused ? 'paused' : 'live'}
      actions={
        <Button icon={isPaused ? Play : Pause} onClick={() => setPaused(!isPaused)}>
          {isPaused ? 'Go on' : 'Pause'}
        </Button>
      }
    >
      <div className="filters">
        <SearchBox label="Text" value={filters.q ?? ''} onChange={(q) => setFilters({ q })} />
        <Choice
          label="Level"
          value={filters.level}
          options={levels}
          onChange={(level) => setFilters({ level })}
        />
        <Choice label="Step" value={filters.step} options={steps} onChange={(step) => setFilters({ step })} />
        <Choice
          label="Source"
          value={filters.source}
          options={sources.data?.items.map(({ source }) => source) ?? []}
          onChange={(source) => setFilters({ source })}
        />
        <Choice
          label="Status"
          value={filters.status}
          options={statuses}
          onChange={(status) => setFilters({ status })}
        />
      </div>
      <p className="log-note" role="status">
        {plural(lines.length, 'line')}
        {dropped > 0 && `; ${count(dropped)} came too fast and were left out`}
      </p>
      {filters.q === undefined && <Causes lines={lines} onChoose={(q) => setFilters({ q })} />}
      <Card flush>
        {error !== undefined ? (
          <Failed error={error} retry={retry} />
        ) : lines.length > 0 ? (
          <LogLines lines={lines} />
        ) : isLoading ? (
          <Skeleton height={200} />
        ) : (
          <Empty
            icon={ScrollText}
            title={isFiltered ? 'No such lines' : 'No lines yet'}
            actions={
              isFiltered && (
                <Button
                  onClick={() => setFilters(Object.fromEntries(names.map((name) => [name, undefined])))}
                >
                  Take the filters away
                </Button>
              )
            }
          >
            {isFiltered
              ? 'The page waits for one that the filters let through.'
              : 'The service writes little while all is well.'}
          </Empty>
        )}
      </Card>
    </Page>
  );
}
