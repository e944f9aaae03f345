import type { Filters } from '../../lib/use-filters.ts';
import { Choice, SearchBox } from '../../ui/filters.tsx';
import { OriginFilters } from '../../ui/origin-filters.tsx';
import { lookOf } from '../../ui/status.tsx';
import { TimeFilter, timeFilterNames } from '../../ui/time-filter.tsx';

export const eventFilterNames = ['q', 'source', 'contract', 'status', ...timeFilterNames] as const;

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
        label="Any id, order number or e-mail"
        value={filters.q ?? ''}
        onChange={(q) => onChange({ q })}
      />
      <Choice
        label="Status"
        value={filters.status}
        options={statuses}
        onChange={(status) => onChange({ status })}
      />
      <OriginFilters filters={filters} onChange={onChange} />
      <TimeFilter filters={filters} onChange={onChange} />
    </div>
  );
}
