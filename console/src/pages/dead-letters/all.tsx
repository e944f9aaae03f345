import { Inbox } from 'lucide-react';
import { useMemo } from 'react';
import { letterCodes } from '../../../../src/model/letter-codes.ts';
import { usePages } from '../../api/queries.ts';
import { useFilters } from '../../lib/use-filters.ts';
import { Button, Card, Empty, Page } from '../../ui/basics.tsx';
import { Choice, SearchBox } from '../../ui/filters.tsx';
import { Failed } from '../../ui/load.tsx';
import { OriginFilters } from '../../ui/origin-filters.tsx';
import { Table } from '../../ui/table.tsx';
import { TimeFilter, timeFilterNames, timesOf } from '../../ui/time-filter.tsx';
import { ImportButton } from '../correct/import-button.tsx';
import { ExportButton } from './export-button.tsx';
import { hrefOfLetter, keyOfLetter, lettersOfAll } from './letter-columns.tsx';
import { ViewSwitch } from './view-switch.tsx';
import './dead-letters.css';

const statuses = [
  { value: 'replaying', label: 'Replaying' },
  { value: 'replayed', label: 'Replayed' },
  { value: 'discarded', label: 'Discarded' },
];

const filterNames = ['q', 'status', 'code', 'contract', 'source', 'signature', ...timeFilterNames] as const;

/** Every dead letter, searched by text; also those that were settled. */
export default function AllLetters() {
  const [filters, setFilters] = useFilters(filterNames);
  const { within: _, from: __, to: ___, ...wanted } = filters;
  const { from: since, to: until } = timesOf(filters);
  const filter = { ...wanted, since, until };
  const letters = usePages('GET /api/v1/dead-letters', { query: { ...filter, limit: 100 } });
  // Steps have codes of their own, which are offered where they stand in the list.
  const codes = useMemo(
    () => [...new Set([...Object.keys(letterCodes), ...letters.rows.map(({ code }) => code)])].toSorted(),
    [letters.rows],
  );
  const clear = () => setFilters(Object.fromEntries(filterNames.map((name) => [name, undefined])));
  return (
    <Page
      title="Dead letters"
      actions={
        <>
          <ExportButton filter={filter} />
          <ImportButton />
        </>
      }
    >
      <div className="filters">
        <ViewSwitch view="all" />
        <SearchBox
          label="Search id, reason or event"
          value={filters.q ?? ''}
          onChange={(q) => setFilters({ q })}
        />
        <Choice
          label="Status"
          none="open"
          value={filters.status}
          options={statuses}
          onChange={(status) => setFilters({ status })}
        />
        <Choice label="Code" value={filters.code} options={codes} onChange={(code) => setFilters({ code })} />
        <OriginFilters filters={filters} onChange={setFilters} />
        <TimeFilter filters={filters} onChange={setFilters} />
      </div>
      <Card flush>
        {letters.error !== null && letters.rows.length === 0 ? (
          <Failed error={letters.error} retry={() => void letters.refetch()} />
        ) : letters.rows.length === 0 && !letters.isPending ? (
          <Empty
            icon={Inbox}
            title="No such dead letters"
            actions={
              Object.keys(filters).length > 0 && <Button onClick={clear}>Take the filters away</Button>
            }
          >
            No {filters.status ?? 'open'} dead letters match these filters.
          </Empty>
        ) : (
          <Table
            label="Dead letters"
            rows={letters.rows}
            columns={lettersOfAll}
            keyOf={keyOfLetter}
            href={hrefOfLetter}
            more={letters}
          />
        )}
      </Card>
    </Page>
  );
}
