import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type { RepairAudit, RepairEntry, RepairFilter, TouchedByRule } from '../../repair-audit.ts';
import { integersOf, rowsOf } from './rows.ts';
import { literal } from './sql.ts';
import { forgetLeaving, readLeaving, takeOut } from './take-out.ts';

/** Reads `_sentinel_repairs`; what takes rows out is in take-out.ts. */
export function repairAudit({
  question,
  exclusively,
}: {
  question: <T>(doing: string, ask: (connection: DuckDBConnection) => Promise<T>) => Promise<T>;
  exclusively: <T>(doing: string, work: (connection: DuckDBConnection) => Promise<T>) => Promise<T>;
}): RepairAudit {
  return {
    list: (filter, page) =>
      question('list its repairs', (connection) => listRepairs(connection, filter, page)),
    touched: (ruleId) => question('count its repairs', (connection) => countTouched(connection, ruleId)),
    takeOut: (ruleId, options) =>
      exclusively('take rows out', (connection) => takeOut(connection, ruleId, options)),
    leaving: (limit) => question('read what is leaving', (connection) => readLeaving(connection, limit)),
    release: (requestIds) =>
      exclusively('release what has left', (connection) => forgetLeaving(connection, requestIds)),
  };
}

const columns: Record<keyof RepairFilter, string> = {
  ruleId: 'rule_id',
  healer: 'healer',
  contract: 'contract',
  source: 'source',
};

async function listRepairs(
  connection: DuckDBConnection,
  filter: RepairFilter,
  { limit, cursor }: { limit: number; cursor?: string },
): Promise<{ items: RepairEntry[]; next: string | undefined }> {
  const conditions = Object.entries(filter).map(
    ([field, value]) => `${columns[field as keyof RepairFilter]} = ${literal(String(value))}`,
  );
  const place = cursor === undefined ? undefined : placeOf(cursor);
  // A cursor that we did not make is past the end.
  if (cursor !== undefined && place === undefined) return { items: [], next: undefined };
  if (place !== undefined)
    conditions.push(`(epoch_us(repaired_at), request_id) < (${place.micros}, ${literal(place.id)}::UUID)`);
  const rows = await rowsOf(
    connection,
    `SELECT request_id::VARCHAR, table_name, contract, contract_version, source, healer, rule_id, plan,
       to_json(by_hand)::VARCHAR, epoch_us(repaired_at), epoch_us(rolled_back_at)
     FROM _sentinel_repairs ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`}
     ORDER BY epoch_us(repaired_at) DESC, request_id DESC LIMIT ${limit + 1}`,
  );
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    items: shown.map(entryOf),
    next: last === undefined ? undefined : `${String(last[9])}.${String(last[0])}`,
  };
}

function entryOf(row: DuckDBValue[]): RepairEntry {
  const [id, table, contract, version, source, healer, ruleId, plan, byHand, repairedAt, rolledBackAt] =
    row.map((value) => (value === null ? undefined : String(value)));
  return {
    requestId: id ?? '',
    table: table ?? '',
    contract: contract ?? '',
    version: version ?? '',
    source: source ?? '',
    healer: healer as RepairEntry['healer'],
    ruleId,
    plan: plan ?? '',
    byHand: byHand === undefined ? undefined : (JSON.parse(byHand) as string[]),
    repairedAt: isoOf(repairedAt ?? '0'),
    rolledBackAt: rolledBackAt === undefined ? undefined : isoOf(rolledBackAt),
  };
}

const isoOf = (micros: string): string => new Date(Number(micros) / 1000).toISOString();

function placeOf(cursor: string): { micros: string; id: string } | undefined {
  const parts = /^(\d{1,18})\.([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/i.exec(cursor);
  return parts === null ? undefined : { micros: parts[1]!, id: parts[2]! };
}

async function countTouched(connection: DuckDBConnection, ruleId: string): Promise<TouchedByRule> {
  const [[repairs = 0, rolledBack = 0, duplicates = 0] = []] = await integersOf(
    connection,
    `WITH mine AS (SELECT request_id, rolled_back_at FROM _sentinel_repairs WHERE rule_id = ${literal(ruleId)})
     SELECT count(*) FILTER (rolled_back_at IS NULL), count(*) FILTER (rolled_back_at IS NOT NULL),
       (SELECT count(*) FROM _sentinel_duplicates
        WHERE first_request_id IN (SELECT request_id FROM mine WHERE rolled_back_at IS NULL))
     FROM mine`,
  );
  return { repairs, rolledBack, duplicates };
}
