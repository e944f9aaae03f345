import { Choice } from './filters.tsx';

/** Filters of a list by the time of reception, as they stand in the URL. */
export interface TimeFilters {
  /** Minutes, or `between`. */
  within?: string;
  /** Local times, of `between`. */
  from?: string;
  to?: string;
}

export const timeFilterNames = ['within', 'from', 'to'] as const;

const times = [
  { value: '15', label: 'last 15 minutes' },
  { value: '60', label: 'last hour' },
  { value: '1440', label: 'last 24 hours' },
  { value: '10080', label: 'last 7 days' },
  { value: 'between', label: 'between…' },
];

export function TimeFilter({
  filters,
  onChange,
}: {
  filters: TimeFilters;
  onChange: (change: TimeFilters) => void;
}) {
  return (
    <>
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
    </>
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

/** The times as the API wants them; the clock is cut to minutes so that the same question stays the same. */
export function timesOf({ within, from, to }: TimeFilters): { from?: string; to?: string } {
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
