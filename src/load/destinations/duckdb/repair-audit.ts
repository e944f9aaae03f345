import type { DuckDBConnection } from '@duckdb/node-api';
import type {
  RepairAudit,
  RepairFilter,
  RepairPage,
  RepairPageOptions,
  TouchedByRule,
} from '../../repair-audit.ts';
import { eventColumns, wantedBy, placeOf, repairPage } from '../../destination-kit/repair-page.ts';
import { integersOf, rowsOf } from './rows.ts';
import { literal } from './sql.ts';

/** Reads `_sentinel_repairs`. */
export function repairAudit(
  question: <T>(doing: string, ask: (connection: DuckDBConnection) => Promise<T>) => Promise<T>,
): RepairAudit {
  return {
    list: (filter, page) =>
      question('list its repairs', (connection) => listRepairs(connection, filter, page)),
    touched: (ruleId) => question('count its repairs', (connection) => countTouched(connection, ruleId)),
  };
}

async function listRepairs(
  connection: DuckDBConnection,
  filter: RepairFilter,
  { limit, cursor, events }: RepairPageOptions,
): Promise<RepairPage> {
  const conditions = wantedBy(filter).map(([column, value]) => `${column} = ${literal(value)}`);
  const place = cursor === undefined ? undefined : placeOf(cursor);
  if (cursor !== undefined && place === undefined) return { items: [], next: undefined };
  if (place !== undefined)
    conditions.push(`(epoch_us(repaired_at), request_id) < (${place.micros}, ${literal(place.id)}::UUID)`);
  const rows = await rowsOf(
    connection,
    `SELECT request_id::VARCHAR, table_name, contract, contract_version, source, healer, rule_id, plan,
       to_json(by_hand)::VARCHAR, epoch_us(repaired_at), epoch_us(rolled_back_at)${eventColumns(events)}
     FROM _sentinel_repairs ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`}
     ORDER BY epoch_us(repaired_at) DESC, request_id DESC LIMIT ${limit + 1}`,
  );
  const cells = rows.map((row) => row.map((value) => (value === null ? null : String(value))));
  return repairPage(cells, limit);
}

async function countTouched(connection: DuckDBConnection, ruleId: string): Promise<TouchedByRule> {
  const [[repairs = 0, rolledBack = 0, duplicates = 0] = []] = await integersOf(
    connection,
    `WITH mine AS (SELECT request_id, rolled_back_at, original FROM _sentinel_repairs WHERE rule_id = ${literal(ruleId)})
     SELECT count(*) FILTER (rolled_back_at IS NULL AND original IS NOT NULL), count(*) FILTER (rolled_back_at IS NOT NULL),
       (SELECT count(*) FROM _sentinel_duplicates
        WHERE first_request_id IN (SELECT request_id FROM mine WHERE rolled_back_at IS NULL))
     FROM mine`,
  );
  return { repairs, rolledBack, duplicates };
}
