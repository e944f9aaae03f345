import { Activity } from 'lucide-react';
import { Link } from 'wouter';
import { usePages } from '../../api/queries.ts';
import type { EventItem } from '../../api/types.ts';
import { shortId } from '../../lib/format.ts';
import { eventHref } from '../../lib/links.ts';
import { useFilters } from '../../lib/use-filters.ts';
import { Ago, Button, Card, Empty, Page } from '../../ui/basics.tsx';
import { Failed } from '../../ui/load.tsx';
import { Status } from '../../ui/status.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { timesOf } from '../../ui/time-filter.tsx';
import { EventFilters, eventFilterNames } from './event-filters.tsx';
import './events.css';

const columns: Column<EventItem>[] = [
  {
    header: 'Event',
    width: 'minmax(0, 1.8fr)',
    phone: 'wide',
    cell: ({ source, contract, version }) => (
      <>
        {contract ?? 'not looked at yet'} <span className="muted">{version}</span>{' '}
        <span className="muted">from {source ?? 'unknown'}</span>
      </>
    ),
  },
  { header: 'Status', width: '112px', cell: ({ status }) => <Status of={status} /> },
  {
    header: 'Event id',
    width: 'minmax(0, 2fr)',
    phone: 'wide',
    cell: ({ event_id: id }) =>
      id === null || id === undefined ? (
        <span className="muted">–</span>
      ) : (
        <span className="mono truncate id">{id}</span>
      ),
  },
  {
    header: 'Request id',
    width: '136px',
    phone: 'hide',
    cell: ({ request_id: id }) => (
      <span className="mono" title={id}>
        {shortId(id)}
      </span>
    ),
  },
  {
    header: 'By',
    width: '112px',
    phone: 'hide',
    cell: ({ healer }) => (healer === null || healer === undefined ? '' : <Status of={healer} />),
  },
  { header: 'Received', width: '84px', end: true, cell: ({ received_at: at }) => <Ago at={at} /> },
];

const keyOf = ({ request_id: id }: EventItem): string => id;
const hrefOf = ({ request_id: id }: EventItem): string => eventHref(id);

/** Every event that was accepted, wherever it is now; newest first. */
export default function Events() {
  const [filters, setFilters] = useFilters(eventFilterNames);
  const isFiltered = Object.keys(filters).length > 0;
  const { within: _, from: __, to: ___, ...wanted } = filters;
  const events = usePages('GET /api/v1/events', {
    query: { ...wanted, ...timesOf(filters), limit: 100 },
    // The list grows at its top: new ones are asked for while nobody has scrolled further.
    every: isFiltered ? undefined : 5000,
  });
  const clear = () => setFilters(Object.fromEntries(eventFilterNames.map((name) => [name, undefined])));
  return (
    <Page title="Events" lead="newest first">
      <EventFilters filters={filters} onChange={setFilters} />
      <Card flush>
        {events.error !== null && events.rows.length === 0 ? (
          <Failed error={events.error} retry={() => void events.refetch()} />
        ) : events.rows.length === 0 && !events.isPending && !events.hasNextPage ? (
          <Empty
            icon={Activity}
            title={isFiltered ? 'No such events' : 'No event has come yet'}
            actions={
              isFiltered ? (
                <Button onClick={clear}>Take the filters away</Button>
              ) : (
                <Link href="/test" className="button button-primary">
                  Send one by hand
                </Link>
              )
            }
          >
            {isFiltered
              ? 'An id must be whole. An event whose source sent the same key before is found under the first one.'
              : 'As soon as a source sends something, it appears here.'}
          </Empty>
        ) : (
          <Table
            label="Events"
            rows={events.rows}
            columns={columns}
            keyOf={keyOf}
            href={hrefOf}
            more={events}
          />
        )}
      </Card>
    </Page>
  );
}
