import type { Filters } from '../../lib/use-filters.ts';
import { Choice, SearchBox } from '../../ui/filters.tsx';
import { OriginFilters } from '../../ui/origin-filters.tsx';
import { lookOf } from '../../ui/status.tsx';

export const eventFilterNames = [
  'request_id',
  'event_id',
  'source',
  'contract',
  'status',
  'within',
  'from',
  'to',
] as const;

type EventFilter = Filters<(typeof eventFilterNames)[number]>;

const statuses = ['accepted', 'healing', 'loaded', 'repaired', 'duplicate', 'dead_letter', 'discarded'].map(
  (value) => ({ value, label: lookOf(value).label }),
);

const times = [
  { value: '15', label: 'last 15 minutes' },
  { value: '60', label: 'last hour' },
  { value: '1440', label: 'last 24 hours' },
  { value: 'between', label: 'between…' },
];

interface EventFiltersProps {
  filters: EventFilter;
  onChange: (change: EventFilter) => void;
}

export function EventFilters({ filters, onChange }: EventFiltersProps) {
  return (
    <div className="filters">
      <SearchBox
        label="Request id"
        value={filters.request_id ?? ''}
        onChange={(id) => onChange({ request_id: id.toLowerCase() })}
      />
      <SearchBox
        label="Event id"
        value={filters.event_id ?? ''}
        onChange={(id) => onChange({ event_id: id })}
      />
      <Choice
        label="Status"
        value={filters.status}
        options={statuses}
        onChange={(status) => onChange({ status })}
      />
      <OriginFilters filters={filters} onChange={onChange} />
      <Choice
        label="Received"
        none="any time"
        value={filters.within}
        options={times}
        onChange={(within) => onChange({ within, from: undefined, to: undefined })}
      />
      {filters.within === 'between' && (
        <>
          <Moment label="From" value={filters.from} onChange={(from) => onChange({ from })} />
          <Moment label="To" value={filters.to} onChange={(to) => onChange({ to })} />
        </>
      )}
    </div>
  );
}

function Moment({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}) {
  return (
    <label className="moment">
      {label}
      <input
        type="datetime-local"
        className="input"
        value={value ?? ''}
        onChange={({ target }) => onChange(target.value === '' ? undefined : target.value)}
      />
    </label>
  );
}

/** The time filters as the API wants them; the clock is cut to minutes so that the same question stays the same. */
export function timesOf({ within, from, to }: EventFilter): { from?: string; to?: string } {
  if (within === 'between') return { from: iso(from), to: iso(to) };
  const minutes = Number(within);
  if (within === undefined || !Number.isFinite(minutes)) return {};
  const thisMinute = Math.floor(Date.now() / 60_000) * 60_000;
  return { from: new Date(thisMinute - minutes * 60_000).toISOString() };
}

/** The input's local time. */
function iso(local: string | undefined): string | undefined {
  if (local === undefined) return undefined;
  const time = new Date(local);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}
