import { describe, expect, it } from 'vitest';
import type { Table } from '../../../src/load/destination.ts';
import { row, settleRows } from '../../conformance/destination.ts';
import { withoutPostgres } from '../../helpers/postgres.ts';
import { postgresForTests } from './support.ts';

const table = (change: Partial<Table['columns'][number]> = {}): Table => ({
  name: 'orders',
  contract: 'order',
  description: "A customer's order",
  key: ['/event_id'],
  columns: [
    { name: 'event_id', type: { kind: 'string' } },
    { name: 'amount', type: { kind: 'integer' }, required: true, description: "in 'cents'", ...change },
  ],
});

describe.skipIf(withoutPostgres())('what a table in PostgreSQL tells its readers', () => {
  const postgres = postgresForTests();
  const facts = async (schema: string): Promise<string> => {
    const rows = await postgres.server.run(
      `SELECT attname || ' ' || attnotnull || ' ' || coalesce(col_description(attrelid, attnum), '-') AS fact
       FROM pg_attribute WHERE attrelid = '"${schema}"."orders"'::regclass AND attname IN ('event_id', 'amount') ORDER BY attnum`,
    );
    return rows.map(({ fact }) => String(fact)).join('\n');
  };

  it('is NOT NULL for what each event has, and the descriptions; both follow the contract and overrule no person', async () => {
    const schema = postgres.nextSchema();
    const destination = await postgres.open(schema);
    await destination.prepare([table()]);
    expect(await facts(schema)).toMatch(/event_id false -\s+amount true in 'cents'/);
    await postgres.server.run(
      `COMMENT ON COLUMN "${schema}".orders.amount IS 'mine'; ALTER TABLE "${schema}".orders ALTER event_id SET NOT NULL`,
    );
    await destination.prepare([table({ required: false, description: 'another' })]);
    expect(await facts(schema)).toMatch(/event_id true -\s+amount false mine/);
    const order = { table: 'orders', contract: 'order' };
    expect(await settleRows(destination, [row({ event_id: 'a' }, order)])).toEqual([{ status: 'loaded' }]);
    await destination.prepare([table()]);
    expect(await facts(schema)).toMatch(/amount false/);
  });

  it('does not keep rows out when the contract declares the field no more', async () => {
    const schema = postgres.nextSchema();
    const destination = await postgres.open(schema);
    await destination.prepare([table()]);
    await destination.prepare([{ ...table(), columns: table().columns.slice(0, 1) }]);
    const order = { table: 'orders', contract: 'order' };
    expect(await settleRows(destination, [row({ event_id: 'a' }, order)])).toEqual([{ status: 'loaded' }]);
  });
});
