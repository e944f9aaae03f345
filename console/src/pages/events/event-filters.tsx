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
  'from',
  'to',
] as const;

type EventFilter = Filters<(typeof eventFilterNames)[number]>;

const statuses = ['accepted', 'healing', 'loaded', 'repaired', 'duplicate', 'dead_letter', 'discarded'].map(
  (value) => ({ value, label: lookOf(value).label }),
);

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
      <Moment label="From" value={filters.from} onChange={(from) => onChange({ from })} />
      <Moment label="To" value={filters.to} onChange={(to) => onChange({ to })} />
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
