import type { PoolClient } from 'pg';
import { writersOf } from '../../destination-kit/writers.ts';
import type { AllCounts, Row } from '../../destination.ts';
import { addToCounts } from './bookkeeping.ts';
import type { Warehouse } from './warehouse.ts';
import { identifier } from './sql.ts';

/** Returns what is to be called when the transaction has committed. */
export async function keepBooks(
  client: PoolClient,
  { schema, writers, slot }: Warehouse,
  rows: readonly Row[],
  counts: AllCounts,
): Promise<() => void> {
  const newWriters = writersOf(rows, spellWriter).filter((writer) => !writers.has(writer));
  if (newWriters.length > 0) await insertWriters(client, schema, newWriters);
  await addToCounts(client, schema, slot, counts);
  return () => {
    for (const writer of newWriters) writers.add(writer);
  };
}

export async function insertRepairs(client: PoolClient, schema: string, rows: readonly Row[]): Promise<void> {
  const records = rows.map(({ requestId, table, contract, contractVersion, source, repair }) => ({
    request_id: requestId,
    table_name: table,
    contract,
    contract_version: contractVersion,
    source,
    healer: repair!.healer,
    rule_id: repair!.ruleId,
    original: repair!.original,
    plan: repair!.plan,
    result: repair!.result,
    by_hand: repair!.byHand,
  }));
  await client.query(
    `INSERT INTO ${identifier(schema)}._sentinel_repairs (request_id, table_name, contract, contract_version, source,
       healer, rule_id, original, plan, result, by_hand, repaired_at)
     SELECT *, now() FROM json_to_recordset($1::json) AS r (request_id uuid, table_name text, contract text,
       contract_version text, source text, healer text, rule_id text, original text, plan text, result text, by_hand text[])
     ON CONFLICT (request_id) WHERE rolled_back_at IS NULL DO NOTHING`,
    [JSON.stringify(records)],
  );
}

const spellWriter = (...parts: string[]): string => JSON.stringify(parts);

async function insertWriters(client: PoolClient, schema: string, writers: readonly string[]): Promise<void> {
  const parts = writers.map((writer) => JSON.parse(writer) as [string, string, string]);
  await client.query(
    `INSERT INTO ${identifier(schema)}._sentinel_contracts SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
     ON CONFLICT DO NOTHING`,
    [0, 1, 2].map((column) => parts.map((part) => part[column])),
  );
}
