import { FlaskConical } from 'lucide-react';
import { useMemo } from 'react';
import { useApi } from '../../api/queries.ts';
import type { Contract } from '../../api/types.ts';
import { useFilters } from '../../lib/use-filters.ts';
import { Empty, Page } from '../../ui/basics.tsx';
import { Load } from '../../ui/load.tsx';
import { byName } from '../contracts/versions.ts';
import { Sender } from './sender.tsx';
import { templates } from './templates.ts';
import './test.css';

/** Sends an event by hand, good or broken, and watches it go through the flow. */
export default function Test() {
  const query = useApi('GET /api/v1/contracts');
  const contracts = useMemo(
    () => query.data && byName(query.data.items).flatMap(({ versions }) => versions),
    [query.data],
  );
  return (
    <Page title="Test" lead="send an event by hand and watch it">
      <Load query={{ ...query, data: contracts }} height={400}>
        {(contracts) =>
          contracts.length === 0 ? (
            <Empty icon={FlaskConical} title="There is no contract to make an event for">
              Add one, then its templates appear here.
            </Empty>
          ) : (
            <Chosen contracts={contracts} />
          )
        }
      </Load>
    </Page>
  );
}

function Chosen({ contracts }: { contracts: readonly Contract[] }) {
  const [{ contract: name, version, template: key }, setFilters] = useFilters([
    'contract',
    'version',
    'template',
  ]);
  const contract =
    contracts.find((one) => one.name === name && (version === undefined || one.version === version)) ??
    contracts[0]!;
  const template = templates.find((one) => one.key === key) ?? templates[0]!;
  const idOf = (one: Contract) => `${one.name} ${one.version}`;
  return (
    <>
      <div className="filters">
        <label className="field">
          Contract
          <select
            className="select"
            value={idOf(contract)}
            onChange={({ target }) => {
              const chosen = contracts.find((one) => idOf(one) === target.value)!;
              setFilters({ contract: chosen.name, version: chosen.version });
            }}
          >
            {contracts.map((one) => (
              <option key={idOf(one)}>{idOf(one)}</option>
            ))}
          </select>
        </label>
        <label className="field">
          Template
          <select
            className="select"
            value={template.key}
            onChange={({ target }) => setFilters({ template: target.value })}
          >
            {templates.map((one) => (
              <option key={one.key} value={one.key}>
                {one.label}
              </option>
            ))}
          </select>
        </label>
        <span className="muted template-note">{template.note}</span>
      </div>
      <Sender key={`${idOf(contract)} ${template.key}`} contract={contract} template={template} />
    </>
  );
}
