import type { ClientBase } from 'pg';
import type {
  RepairAudit,
  RepairFilter,
  RepairPage,
  RepairPageOptions,
  TouchedByRule,
} from '../../repair-audit.ts';
import { eventColumns, wantedBy, placeOf, repairPage } from '../../destination-kit/repair-page.ts';
import type { Session } from './session.ts';
import { identifier } from './sql.ts';

/** Reads `_sentinel_repairs`. */
export function repairAudit(session: Session): RepairAudit {
  const { schema } = session;
  return {
    list: (filter, page) =>
      session.question('list its repairs', (client) => listRepairs(client, schema, filter, page)),
    touched: (ruleId) =>
      session.question('count its repairs', (client) => countTouched(client, schema, ruleId)),
  };
}

async function listRepairs(
  client: ClientBase,
  schema: string,
  filter: RepairFilter,
  { limit, cursor, events }: RepairPageOptions,
): Promise<RepairPage> {
  const values: string[] = [];
  const value = (text: string) => `$${values.push(text)}`;
  const conditions = wantedBy(filter).map(([column, wanted]) => `${column} = ${value(wanted)}`);
  const place = cursor === undefined ? undefined : placeOf(cursor);
  if (cursor !== undefined && place === undefined) return { items: [], next: undefined };
  if (place !== undefined)
    conditions.push(
      `(repaired_at, request_id) < ('epoch'::timestamptz + ${value(place.micros)}::bigint * interval '1 microsecond', ${value(place.id)}::uuid)`,
    );
  const micros = (column: string) => `(extract(epoch FROM ${column}) * 1000000)::bigint`;
  const { rows } = await client.query<(string | null)[]>({
    rowMode: 'array',
    text: `SELECT request_id, table_name, contract, contract_version, source, healer, rule_id, plan,
       to_json(by_hand), ${micros('repaired_at')}, ${micros('rolled_back_at')}${eventColumns(events)}
     FROM ${identifier(schema)}._sentinel_repairs ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`}
     ORDER BY repaired_at DESC, request_id DESC LIMIT ${limit + 1}`,
    values,
  });
  return repairPage(rows, limit);
}

async function countTouched(client: ClientBase, schema: string, ruleId: string): Promise<TouchedByRule> {
  const own = identifier(schema);
  const { rows } = await client.query<Record<keyof TouchedByRule, string>>(
    `SELECT count(*) FILTER (WHERE rolled_back_at IS NULL AND original IS NOT NULL) AS repairs,
       count(*) FILTER (WHERE rolled_back_at IS NOT NULL) AS "rolledBack",
       (SELECT count(*) FROM ${own}._sentinel_duplicates d
        JOIN ${own}._sentinel_repairs m ON m.request_id = d.first_request_id
        WHERE m.rule_id = $1 AND m.rolled_back_at IS NULL) AS duplicates
     FROM ${own}._sentinel_repairs WHERE rule_id = $1`,
    [ruleId],
  );
  const [row] = rows;
  return {
    repairs: Number(row?.repairs ?? 0),
    rolledBack: Number(row?.rolledBack ?? 0),
    duplicates: Number(row?.duplicates ?? 0),
  };
}
