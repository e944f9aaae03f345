import { FileX } from 'lucide-react';
import { Link, useParams } from 'wouter';
import { useApi } from '../../api/queries.ts';
import type { Contract, ContractDrift } from '../../api/types.ts';
import { count, percent } from '../../lib/format.ts';
import { useFilters } from '../../lib/use-filters.ts';
import { Card, Empty, Page } from '../../ui/basics.tsx';
import { Segments } from '../../ui/filters.tsx';
import { Load } from '../../ui/load.tsx';
import { AuditHistory } from '../../ui/audit-history.tsx';
import { Drift } from './drift.tsx';
import { Forms } from './forms.tsx';
import { Fields } from './fields.tsx';
import { VersionDifferences } from './version-differences.tsx';
import { type ContractVersions, byName } from './versions.ts';
import './contracts.css';

/** One contract in all its versions, and what its sources really send. */
export default function ContractPage() {
  const { name } = useParams<{ name: string }>();
  const query = useApi('GET /api/v1/contracts');
  return (
    <Load query={query} height={400}>
      {({ items }) => {
        const contract = byName(items).find((one) => one.name === name);
        return contract === undefined ? <Unknown name={name} /> : <Versions contract={contract} />;
      }}
    </Load>
  );
}

function Unknown({ name }: { name: string }) {
  return (
    <Page title={name} crumbs={<Link href="/contracts">Contracts</Link>}>
      <Empty
        icon={FileX}
        title="There is no such contract"
        actions={
          <Link href="/contracts" className="button">
            All contracts
          </Link>
        }
      >
        It may have been renamed, or its folder is no longer in the configuration.
      </Empty>
    </Page>
  );
}

function Versions({ contract: { name, versions, newest } }: { contract: ContractVersions }) {
  const [{ version }, setFilters] = useFilters(['version']);
  const shown = versions.find((one) => one.version === version) ?? newest;
  const older = versions[versions.indexOf(shown) + 1];
  const drift = useApi('GET /api/v1/contracts/{name}/drift', { params: { name }, every: 10_000 });
  return (
    <Page
      title={name}
      lead={shown.description}
      crumbs={<Link href="/contracts">Contracts</Link>}
      actions={
        <>
          <Link
            href={`/test?contract=${encodeURIComponent(name)}&version=${shown.version}`}
            className="button"
          >
            Send one by hand
          </Link>
          {versions.length > 1 && (
            <Segments
              label="Version"
              value={shown.version}
              options={versions.map((one) => ({ value: one.version, label: one.version }))}
              onChange={(version) => setFilters({ version })}
            />
          )}
        </>
      }
    >
      <div className="columns">
        <Card className="span-8" title="Fields" flush>
          <Fields contract={shown} />
        </Card>
        <div className="span-4 stack" style={{ gap: 16, alignContent: 'start' }}>
          <About contract={shown} drift={drift.data} />
          {older !== undefined && <VersionDifferences older={older} newer={shown} />}
        </div>
      </div>
      <Load query={drift}>{(drift) => <Drift drift={drift} />}</Load>
      <Forms contract={shown} />
      <AuditHistory target={name} />
    </Page>
  );
}

function About({ contract, drift }: { contract: Contract; drift: ContractDrift | undefined }) {
  return (
    <Card title="About it">
      <dl className="facts">
        <dt>Table</dt>
        <dd className="mono">{contract.table}</dd>
        <dt>Key</dt>
        <dd className="mono">{contract.key.join(', ')}</dd>
        {contract.topic !== undefined && (
          <>
            <dt>Topic</dt>
            <dd className="mono">{contract.topic}</dd>
          </>
        )}
        <dt>Events, 24 h</dt>
        <dd>{drift === undefined ? '–' : count(drift.events)}</dd>
        <dt>Valid</dt>
        <dd>{drift === undefined || drift.valid_share === null ? '–' : percent(drift.valid_share)}</dd>
        <dt>Sources</dt>
        <dd>
          {drift?.sources.map(({ source, events, valid }) => (
            <div key={source}>
              <Link href={`/sources?source=${encodeURIComponent(source)}`}>{source}</Link>{' '}
              <span className="muted">{events === 0 ? '' : `${percent(valid / events)} valid`}</span>
            </div>
          ))}
          {(drift === undefined || drift.sources.length === 0) && '–'}
        </dd>
      </dl>
    </Card>
  );
}
