import { useState } from 'react';
import { useApi } from '../../api/queries.ts';
import type { Contract } from '../../api/types.ts';
import { Card } from '../../ui/basics.tsx';
import { Copy } from '../../ui/copy.tsx';
import { Segments } from '../../ui/filters.tsx';
import { JsonView } from '../../ui/json-view.tsx';
import { Load } from '../../ui/load.tsx';

const forms = [
  { value: 'sample', label: 'Sample event' },
  { value: 'ddl', label: 'Table (SQL)' },
  { value: 'schema', label: 'JSON Schema' },
] as const;
type Form = (typeof forms)[number]['value'];

/** The contract as an event that it accepts, as the table that it makes, and as a schema: to be copied. */
export function Forms({ contract }: { contract: Contract }) {
  const [form, setForm] = useState<Form>('sample');
  return (
    <Card
      title="To copy"
      end={<Segments<Form> label="Form" value={form} options={forms} onChange={setForm} />}
    >
      {form === 'sample' && <Sample contract={contract} />}
      {form === 'ddl' && <Ddl name={contract.name} />}
      {form === 'schema' && (
        <Text text={JSON.stringify(contract.jsonSchema, null, 2)} label="JSON Schema of the contract" />
      )}
    </Card>
  );
}

function Sample({ contract: { name, version } }: { contract: Contract }) {
  const query = useApi('GET /api/v1/contracts/{name}/sample', { params: { name }, query: { version } });
  return (
    <Load query={query}>
      {({ event, reason }) =>
        event === null ? (
          <p className="muted">{reason}</p>
        ) : (
          <Text text={JSON.stringify(event, null, 2)} label="An event that the contract accepts" />
        )
      }
    </Load>
  );
}

function Ddl({ name }: { name: string }) {
  const query = useApi('GET /api/v1/contracts/{name}/ddl', { params: { name }, query: {} });
  return (
    <Load query={query}>
      {({ ddl }) => (
        <div className="copyable">
          <pre className="json" tabIndex={0} role="region" aria-label="The table in SQL">
            {ddl}
          </pre>
          <Copy text={ddl} label="the SQL" />
        </div>
      )}
    </Load>
  );
}

function Text({ text, label }: { text: string; label: string }) {
  return (
    <div className="copyable">
      <JsonView text={text} label={label} />
      <Copy text={text} label={label} />
    </div>
  );
}
