import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type { LoadedEvent, RepairTrail } from '../../../model/loaded-event.ts';
import { isUuid } from '../../../model/uuid.ts';
import { rowsOf } from './rows.ts';
import { identifier, literal } from './sql.ts';
import { eventTables } from './tables.ts';

/** Looks in every table for the event that came with this request id. */
export async function findEvent(
  connection: DuckDBConnection,
  requestId: string,
): Promise<LoadedEvent | undefined> {
  if (!isUuid(requestId)) return undefined;
  const id = `${literal(requestId)}::UUID`;
  const places = (await eventTables(connection)).map(
    (table) =>
      `SELECT ${literal(table)} AS table_name, _source, _contract_version, _repaired FROM main.${identifier(table)} WHERE _request_id = ${id}`,
  );
  if (places.length === 0) return undefined;
  const [row] = await rowsOf(
    connection,
    `SELECT r.table_name, r._source, r._contract_version, r._repaired, c.contract
     FROM (${places.join(' UNION ALL ')}) r
     LEFT JOIN _sentinel_contracts c ON c.table_name = r.table_name AND c.contract_version = r._contract_version
     LIMIT 1`,
  );
  if (row === undefined) return findDuplicate(connection, id);
  const [table, source, version, repaired, contract] = row;
  const repair = repaired === true ? await findRepair(connection, id) : undefined;
  return {
    status: repaired === true ? 'repaired' : 'loaded',
    table: String(table),
    contract: String(contract ?? table),
    version: String(version),
    source: String(source),
    repair,
  };
}

async function findDuplicate(connection: DuckDBConnection, id: string): Promise<LoadedEvent | undefined> {
  const [row] = await rowsOf(
    connection,
    `SELECT table_name, contract, contract_version, source, first_request_id::VARCHAR, changed, replaced, event
     FROM _sentinel_duplicates WHERE request_id = ${id} ORDER BY round DESC LIMIT 1`,
  );
  if (row === undefined) return undefined;
  const [table, contract, version, source] = row.map(String) as [string, string, string, string];
  const [of, changed, replaced, event] = row.slice(4);
  const repeat = {
    of: textOrUndefined(of ?? null),
    isChanged: typeof changed === 'boolean' ? changed : undefined,
    wasReplaced: replaced === true,
    event: textOrUndefined(event ?? null),
  };
  return { status: 'duplicate', table, contract, version, source, repeat };
}

async function findRepair(connection: DuckDBConnection, id: string): Promise<RepairTrail | undefined> {
  const [row] = await rowsOf(
    connection,
    `SELECT healer, rule_id, original, plan, result, to_json(by_hand)::VARCHAR FROM _sentinel_repairs
     WHERE request_id = ${id} AND rolled_back_at IS NULL LIMIT 1`,
  );
  if (row === undefined) return undefined;
  const [healer, ruleId, original, plan, result, byHand] = row.map(textOrUndefined);
  return {
    healer: healer as RepairTrail['healer'],
    ruleId,
    original: original ?? '',
    plan: plan ?? '',
    result: result ?? '',
    ...(byHand === undefined ? {} : { byHand: JSON.parse(byHand) as string[] }),
  };
}

const textOrUndefined = (value: DuckDBValue): string | undefined =>
  value === null ? undefined : String(value);
