import { CircleCheck, ListChecks, PenLine } from 'lucide-react';
import { useMemo } from 'react';
import { Link, useParams } from 'wouter';
import { useApi, usePages } from '../../api/queries.ts';
import type { DeadLetter, DeadLetterGroup, LetterGroup } from '../../api/types.ts';
import { count, plural } from '../../lib/format.ts';
import { formatJson } from '../../lib/format-json.ts';
import { correctHref, letterHref } from '../../lib/links.ts';
import { useFilters } from '../../lib/use-filters.ts';
import { Ago, Card, Empty, Page, Skeleton } from '../../ui/basics.tsx';
import { JsonView } from '../../ui/json-view.tsx';
import { HourBars } from '../../ui/hour-bars.tsx';
import { Table } from '../../ui/table.tsx';
import { ViolationList, failureInWords } from '../../ui/violations.tsx';
import { DiscardGroupButton } from './discard-group.tsx';
import { ExportButton } from './export-button.tsx';
import { hrefOfLetter, keyOfLetter, lettersOfGroup } from './letter-columns.tsx';
import { MakeContractButton } from './make-contract.tsx';
import { OffendingValues } from './offending-values.tsx';
import { ReplayGroupButton } from './replay-group.tsx';
import './dead-letters.css';

/** Letters that fail in the same way: one edit settles them all. */
export default function Group() {
  const { signature } = useParams<{ signature: string }>();
  const [{ contract, source }] = useFilters(['contract', 'source']);
  const origin = { contract, source };
  const groups = useApi('GET /api/v1/dead-letters/groups', {
    query: { ...origin, limit: 1000 },
    every: 15_000,
  });
  const letters = usePages('GET /api/v1/dead-letters', {
    query: { ...origin, signature, limit: 100 },
  });
  const group = groups.data?.items.find((one) => one.signature === signature);
  const sample = letters.rows.find(({ id }) => id === group?.sample_id) ?? letters.rows[0];
  const fields = failingFields(sample);
  const columns = useMemo(() => lettersOfGroup(fields === '' ? [] : fields.split('\n')), [fields]);
  if (letters.rows.length === 0)
    return <NoneOpen group={{ ...origin, signature }} isPending={letters.isPending} />;
  const filter = { ...origin, signature };
  return (
    <Page
      title={sample === undefined ? 'Group' : failureInWords(sample)}
      crumbs={
        <>
          <Link href="/dead-letters">Dead letters</Link> / {source} → {contract}
        </>
      }
      actions={
        <>
          <ExportButton filter={{ ...filter, status: 'open' }} />
          <MakeContractButton filter={filter} />
          <ReplayGroupButton filter={filter} />
          <DiscardGroupButton filter={filter} />
          {sample !== undefined && (
            <Link href={correctHref({ ...sample, signature })} className="button">
              <ListChecks size={15} aria-hidden /> Correct all…
            </Link>
          )}
          {sample !== undefined && (
            <Link href={letterHref(sample.id)} className="button button-primary">
              <PenLine size={15} aria-hidden /> Fix by editing one
            </Link>
          )}
        </>
      }
    >
      <div className="columns">
        <div className="span-6 stack" style={{ gap: 16, alignContent: 'start' }}>
          <Card title="What is wrong">
            {sample !== undefined && <ViolationList violations={sample.violations} />}
            {sample !== undefined && <p className="reason muted">{sample.reason}</p>}
          </Card>
          <OffendingValues group={filter} />
        </div>
        <div className="span-6 stack" style={{ gap: 16, alignContent: 'start' }}>
          <Card title="Since when">{group !== undefined && <Facts group={group} />}</Card>
          <Card title="A sample" note="the newest one, as received">
            {sample !== undefined && <JsonView text={formatJson(sample.raw)} label="A sample of the group" />}
          </Card>
        </div>
      </div>
      <Card title="Letters" note={group && plural(group.count, 'open letter')} flush>
        <Table
          label="Letters of this group"
          rows={letters.rows}
          columns={columns}
          keyOf={keyOfLetter}
          href={hrefOfLetter}
          more={letters}
        />
      </Card>
    </Page>
  );
}

const mostFields = 2;

/** Pointers of the first fields that fail, a line each: the same text for each letter of the group. */
function failingFields(letter: DeadLetter | undefined): string {
  const paths = letter?.violations.filter(({ path }) => path !== '').map(({ path }) => path) ?? [];
  return [...new Set(paths)].slice(0, mostFields).join('\n');
}

function Facts({ group }: { group: DeadLetterGroup }) {
  return (
    <div className="stack" style={{ gap: 14 }}>
      <HourBars values={group.trend} tone="dead_letter" label="Letters an hour of the last 24 hours" />
      <dl className="facts">
        <dt>Letters</dt>
        <dd>{count(group.count)}</dd>
        <dt>First</dt>
        <dd>
          <Ago at={group.first_seen} />
        </dd>
        <dt>Newest</dt>
        <dd>
          <Ago at={group.last_seen} />
        </dd>
        <dt>Signature</dt>
        <dd className="mono">{group.signature}</dd>
      </dl>
    </div>
  );
}

/** All are settled, or nothing is known yet; what they were about is told by one that was settled. */
function NoneOpen({ group, isPending }: { group: LetterGroup; isPending: boolean }) {
  const query = (status: 'replayed' | 'discarded') => ({ ...group, status, limit: 1 });
  // Those that are on their way follow.
  const often = { enabled: !isPending, every: 3000 };
  const replayed = useApi('GET /api/v1/dead-letters', { query: query('replayed'), ...often });
  const discarded = useApi('GET /api/v1/dead-letters', { query: query('discarded'), ...often });
  const one = replayed.data?.items[0] ?? discarded.data?.items[0];
  return (
    <Page
      title={one === undefined ? 'Group' : failureInWords(one)}
      crumbs={
        <>
          <Link href="/dead-letters">Dead letters</Link>
          {one !== undefined && ` / ${one.source} → ${one.contract}`}
        </>
      }
    >
      {isPending ? (
        <Skeleton height={240} />
      ) : (
        <Settled
          signature={group.signature}
          statuses={(
            [
              ['replayed', replayed.data],
              ['discarded', discarded.data],
            ] as const
          ).flatMap(([status, found]) => (found !== undefined && found.items.length > 0 ? [status] : []))}
        />
      )}
    </Page>
  );
}

/** `statuses`: in which there are letters of the group. */
function Settled({ signature, statuses }: { signature: string; statuses: readonly string[] }) {
  return (
    <Empty
      icon={CircleCheck}
      title="This group is settled"
      actions={
        <>
          <Link href="/dead-letters" className="button button-primary">
            Back to the groups
          </Link>
          {statuses.map((status) => (
            <Link
              key={status}
              href={`/dead-letters/all?status=${status}&signature=${signature}`}
              className="button"
            >
              See what was {status}
            </Link>
          ))}
        </>
      }
    >
      No letter of it is open any more.
    </Empty>
  );
}
