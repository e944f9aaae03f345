import type { DuckDBConnection } from '@duckdb/node-api';
import type { LoadedEvent, RepairTrail } from '../../destination.ts';
import { quoteName, quoteText } from './sql.ts';

/** What became of the event with this request id, a UUID in lower case. */
export async function findEvent(
  connection: DuckDBConnection,
  contractOfTable: ReadonlyMap<string, string>,
  requestId: string,
): Promise<LoadedEvent | undefined> {
  const id = `${quoteText(requestId)}::UUID`;
  const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRows();

  for (const [table, contract] of contractOfTable) {
    const [row] = await rows(
      `SELECT _contract_version, _source, _repaired FROM ${quoteName(table)} WHERE _request_id = ${id} LIMIT 1`,
    );
    if (row === undefined) continue;
    const [version, source, repaired] = row;
    const loaded = { table, contract, version: String(version), source: String(source) };
    if (repaired !== true) return { ...loaded, status: 'loaded' };
    const repair = await findRepair(rows, id);
    return { ...loaded, status: 'repaired', ...(repair === undefined ? undefined : { repair }) };
  }

  const [duplicate] = await rows(
    `SELECT table_name, contract, contract_version, source FROM _sentinel_duplicates WHERE request_id = ${id} LIMIT 1`,
  );
  if (duplicate === undefined) return undefined;
  const [table, contract, version, source] = duplicate.map(String) as [string, string, string, string];
  return { status: 'duplicate', table, contract, version, source };
}

async function findRepair(
  rows: (sql: string) => Promise<unknown[][]>,
  id: string,
): Promise<RepairTrail | undefined> {
  const [row] = await rows(
    `SELECT healer, rule_id, original, plan, result, by_hand FROM _sentinel_repairs WHERE request_id = ${id} LIMIT 1`,
  );
  if (row === undefined) return undefined;
  const [healer, ruleId, original, plan, result, byHand] = row as (string | null)[];
  return {
    healer: healer as RepairTrail['healer'],
    ruleId: ruleId ?? undefined,
    original: original!,
    plan: plan!,
    result: result!,
    ...(byHand === null || byHand === undefined ? undefined : { byHand: JSON.parse(byHand) as string[] }),
  };
}
