import { Boxes, X } from 'lucide-react';
import { useApi } from '../../api/queries.ts';
import type { StateGroup } from '../../api/types.ts';
import { count } from '../../lib/format.ts';
import { useFilters } from '../../lib/use-filters.ts';
import { Button, Card, Empty } from '../../ui/basics.tsx';
import { Load } from '../../ui/load.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { StateEntries } from './state-entries.tsx';

const columns: Column<StateGroup>[] = [
  { header: 'Group', width: 'minmax(0, 1fr)', cell: ({ group }) => <span className="mono">{group}</span> },
  {
    header: 'Keys',
    width: '120px',
    end: true,
    cell: ({ count: keys, exact }) => (exact ? count(keys) : `${count(keys)} or more`),
  },
];

/** The engine's keys by the first part of their name; one group can be opened. */
export function StateGroups() {
  const [{ group }, setFilters] = useFilters(['group']);
  const query = useApi('GET /api/v1/state/groups', { every: 10_000 });
  return (
    <div className="columns">
      <Card
        className={group === undefined ? 'span-12' : 'span-4'}
        title="State"
        note="choose a group to see its keys"
        flush
      >
        <Load query={query}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty icon={Boxes} title="Nothing is remembered yet">
                Rules, dead letters and what steps keep are listed here.
              </Empty>
            ) : (
              <Table
                label="State by group"
                rows={items}
                columns={columns}
                keyOf={(one) => one.group}
                href={(one) => `/state?group=${encodeURIComponent(one.group)}`}
              />
            )
          }
        </Load>
      </Card>
      {group !== undefined && (
        <Card
          className="span-8"
          title={<span className="mono">{group}</span>}
          flush
          end={
            <Button
              kind="ghost"
              size="small"
              icon={X}
              aria-label="Close"
              onClick={() => setFilters({ group: undefined })}
            />
          }
        >
          <StateEntries group={group} />
        </Card>
      )}
    </div>
  );
}
