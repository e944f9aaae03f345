import { Inbox } from 'lucide-react';
import { usePages } from '../../api/queries.ts';
import { useFilters } from '../../lib/use-filters.ts';
import { Button, Card, Empty, Page } from '../../ui/basics.tsx';
import { Choice, SearchBox } from '../../ui/filters.tsx';
import { Failed } from '../../ui/load.tsx';
import { OriginFilters } from '../../ui/origin-filters.tsx';
import { Table } from '../../ui/table.tsx';
import { ExportButton } from './export-button.tsx';
import { hrefOfLetter, keyOfLetter, lettersOfAll } from './letter-columns.tsx';
import { ViewSwitch } from './view-switch.tsx';
import './dead-letters.css';

const statuses = [
  { value: 'replaying', label: 'Replaying' },
  { value: 'replayed', label: 'Replayed' },
  { value: 'discarded', label: 'Discarded' },
];

/** Every dead letter, searched by text; also those that were settled. */
export default function AllLetters() {
  const [filters, setFilters] = useFilters(['q', 'status', 'contract', 'source', 'signature']);
  const letters = usePages('GET /api/v1/dead-letters', { query: { ...filters, limit: 100 } });
  const clear = () =>
    setFilters({
      q: undefined,
      status: undefined,
      contract: undefined,
      source: undefined,
      signature: undefined,
    });
  return (
    <Page title="Dead letters" actions={<ExportButton filter={filters} />}>
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
        <OriginFilters filters={filters} onChange={setFilters} />
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
