import { UserCheck } from 'lucide-react';
import { actInWords, detailInWords } from '../../../../src/model/act-words.ts';
import { usePages } from '../../api/queries.ts';
import type { AuditEntry } from '../../api/types.ts';
import { useFilters } from '../../lib/use-filters.ts';
import { Ago, Button, Card, Empty, Page } from '../../ui/basics.tsx';
import { SearchBox } from '../../ui/filters.tsx';
import { Failed } from '../../ui/load.tsx';
import { type Column, Table } from '../../ui/table.tsx';

const columns: Column<AuditEntry>[] = [
  { header: 'When', width: '96px', cell: ({ at }) => <Ago at={at} /> },
  { header: 'Who', width: 'minmax(0, 1fr)', cell: ({ actor }) => actor.name },
  { header: 'Act', width: 'minmax(0, 1.6fr)', phone: 'wide', cell: actInWords },
  {
    header: 'What',
    width: 'minmax(0, 2fr)',
    phone: 'wide',
    cell: ({ target }) => <span className="mono wrapped">{Object.values(target).join(' ')}</span>,
  },
  {
    header: 'Detail',
    width: 'minmax(0, 2fr)',
    phone: 'hide',
    cell: ({ detail }) => <span className="muted wrapped">{detailInWords(detail)}</span>,
  },
];

const filterNames = ['actor', 'act', 'target'] as const;

/** Who did what. */
export default function Audit() {
  const [filters, setFilters] = useFilters(filterNames);
  const isFiltered = Object.keys(filters).length > 0;
  const entries = usePages('GET /api/v1/audit', { query: { ...filters, limit: 100 }, every: 5000 });
  return (
    <Page title="Audit" lead="who did what, newest first">
      <div className="filters">
        <SearchBox
          label="Who"
          value={filters.actor ?? ''}
          onChange={(actor) => setFilters({ actor: actor === '' ? undefined : actor })}
        />
        <SearchBox
          label="Id of a letter, rule or key"
          value={filters.target ?? ''}
          onChange={(target) => setFilters({ target: target === '' ? undefined : target })}
        />
      </div>
      <Card flush>
        {entries.error !== null && entries.rows.length === 0 ? (
          <Failed error={entries.error} retry={() => void entries.refetch()} />
        ) : entries.rows.length === 0 && !entries.isPending && !entries.hasNextPage ? (
          <Empty
            icon={UserCheck}
            title={isFiltered ? 'No such acts' : 'Nobody has done anything yet'}
            actions={
              isFiltered && (
                <Button onClick={() => setFilters({ actor: undefined, act: undefined, target: undefined })}>
                  Take the filters away
                </Button>
              )
            }
          >
            Replays, discards, decisions on rules, pauses, keys, and changes of contracts and sources are
            listed here, by default for a year.
          </Empty>
        ) : (
          <Table label="Acts" rows={entries.rows} columns={columns} keyOf={({ id }) => id} more={entries} />
        )}
      </Card>
    </Page>
  );
}
