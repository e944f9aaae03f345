import { useMemo } from 'react';
import { useApi } from '../api/queries.ts';
import { Choice } from './filters.tsx';

interface Origin {
  contract?: string;
  source?: string;
}

/** Which contract and source, as a pair of filters. */
export function OriginFilters({
  filters,
  onChange,
}: {
  filters: Origin;
  onChange: (change: Origin) => void;
}) {
  const contracts = useApi('GET /api/v1/contracts');
  const sources = useApi('GET /api/v1/sources');
  const names = useMemo(
    () => [...new Set(contracts.data?.items.map(({ name }) => name))].toSorted(),
    [contracts.data],
  );
  const senders = useMemo(
    () => sources.data?.items.map(({ source }) => source).toSorted() ?? [],
    [sources.data],
  );
  return (
    <>
      <Choice
        label="Contract"
        value={filters.contract}
        options={names}
        onChange={(contract) => onChange({ contract })}
      />
      <Choice
        label="Source"
        value={filters.source}
        options={senders}
        onChange={(source) => onChange({ source })}
      />
    </>
  );
}
