import { Ruler } from 'lucide-react';
import { Link } from 'wouter';
import { describePlan } from '../../../../src/repair/plans/describe-plan.ts';
import { usePages } from '../../api/queries.ts';
import type { Rule } from '../../api/types.ts';
import { plural, shortCount } from '../../lib/format.ts';
import { ruleHref } from '../../lib/links.ts';
import { useFilters } from '../../lib/use-filters.ts';
import { Ago, At, Button, Card, Empty, Page } from '../../ui/basics.tsx';
import { Choice } from '../../ui/filters.tsx';
import { Failed } from '../../ui/load.tsx';
import { OriginFilters } from '../../ui/origin-filters.tsx';
import { otherDoubt, whyDisabled } from './why-disabled.ts';
import { Status, lookOf } from '../../ui/status.tsx';
import { type Column, Table } from '../../ui/table.tsx';

const columns: Column<Rule>[] = [
  {
    header: 'What it does',
    width: 'minmax(0, 3fr)',
    phone: 'wide',
    cell: (rule) => (
      <>
        {describePlan(rule.plan).join(', then ')}
        <Trouble rule={rule} />
      </>
    ),
  },
  {
    header: 'Source → contract',
    width: 'minmax(0, 2fr)',
    phone: 'wide',
    cell: ({ source, contract, version }) => (
      <span className="muted">
        {source} → {contract} {version}
      </span>
    ),
  },
  { header: 'Status', width: '104px', cell: ({ status }) => <Status of={status} /> },
  { header: 'Origin', width: '112px', cell: ({ origin }) => <Status of={origin} /> },
  {
    header: 'Repaired',
    phone: 'label',
    width: '76px',
    end: true,
    cell: ({ hits }) => <Count value={hits} word="repaired" />,
  },
  {
    header: 'Not repaired',
    phone: 'label',
    width: '92px',
    end: true,
    cell: ({ failures }) => <Count value={failures} word="failed" />,
  },
  {
    header: 'Expires',
    width: '80px',
    end: true,
    phone: 'hide',
    cell: ({ status, expires_at }) =>
      status === 'candidate' || expires_at === undefined ? (
        <span className="muted">–</span>
      ) : (
        <Ago at={expires_at} />
      ),
  },
];

/** Why it is disabled or in doubt. */
function Trouble({ rule }: { rule: Rule }) {
  const why = whyDisabled(rule);
  const { doubt } = rule;
  if (why === undefined && doubt === undefined) return null;
  return (
    <span className="sub">
      {why}
      {doubt !== undefined && (
        <span style={{ color: 'var(--dead_letter-ink)' }}>
          {why === undefined ? '' : ' '}What it repaired since <At at={doubt.since} /> may be wrong
          {otherDoubt(rule)}.
        </span>
      )}
    </span>
  );
}

function Count({ value, word }: { value: number; word: string }) {
  return (
    <span className={value === 0 ? 'muted' : ''} title={`${value} ${word}`}>
      {shortCount(value)}
    </span>
  );
}

const statuses = ['candidate', 'active', 'disabled', 'expired'].map((value) => ({
  value,
  label: lookOf(value).label,
}));

const sorts = [
  { value: 'hits', label: 'Most repaired' },
  { value: 'failures', label: 'Most not repaired' },
  { value: 'doubts', label: 'In doubt' },
] as const;

/** What the service has learned. */
export default function Rules() {
  const [{ sort, ...filters }, setFilters] = useFilters(['status', 'contract', 'source', 'sort']);
  const sorted = sorts.find(({ value }) => value === sort)?.value;
  const query = { ...filters, sort: sorted, limit: 200 };
  const rules = usePages('GET /api/v1/rules', { query, every: 5000 });
  const isFiltered = Object.keys(filters).length > 0;
  return (
    <Page
      title="Rules"
      lead={
        rules.isPending
          ? undefined
          : `${plural(rules.rows.length, 'rule')}${rules.hasNextPage ? ' and more' : ''}`
      }
    >
      <div className="filters">
        <Choice
          label="Status"
          value={filters.status}
          options={statuses}
          onChange={(status) => setFilters({ status })}
        />
        <OriginFilters filters={filters} onChange={setFilters} />
        <Choice
          label="Sort"
          none="newest"
          value={sorted}
          options={sorts}
          onChange={(sort) => setFilters({ sort })}
        />
      </div>
      <Card flush>
        {rules.error !== null && rules.rows.length === 0 ? (
          <Failed error={rules.error} retry={() => void rules.refetch()} />
        ) : rules.rows.length === 0 && !rules.isPending ? (
          <Empty
            icon={Ruler}
            title={isFiltered ? 'No such rules' : 'Nothing was learned yet'}
            actions={
              isFiltered ? (
                <Button
                  onClick={() => setFilters({ status: undefined, contract: undefined, source: undefined })}
                >
                  Take the filters away
                </Button>
              ) : (
                <Link href="/dead-letters" className="button">
                  To the dead letters
                </Link>
              )
            }
          >
            When a healer finds a repair that works, or you correct a dead letter and let it be learned, the
            repair becomes a rule and is used for the next events by itself.
          </Empty>
        ) : (
          <Table
            label="Rules"
            rows={rules.rows}
            columns={columns}
            keyOf={({ id }) => id}
            href={({ id }) => ruleHref(id)}
            more={rules}
          />
        )}
      </Card>
    </Page>
  );
}
