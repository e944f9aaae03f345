import type { RepairAudit, RepairFilter, RepairPageOptions } from '../../repair-audit.ts';
import { eventColumns, wantedBy, placeOf, repairPage } from '../../destination-kit/repair-page.ts';
import { touchedOf } from '../../destination-kit/stored-cells.ts';
import { where } from '../../destination-kit/sql/question.ts';
import type { Api, Params } from './api.ts';

export async function listRepairs(
  api: Api,
  filter: RepairFilter,
  { limit, cursor, events }: RepairPageOptions,
): ReturnType<RepairAudit['list']> {
  const params: Params = {};
  const conditions = wantedBy(filter).map(([column, value]) => {
    params[column] = value;
    return `${column} = @${column}`;
  });
  const place = cursor === undefined ? undefined : placeOf(cursor);
  if (cursor !== undefined && place === undefined) return { items: [], next: undefined };
  if (place !== undefined) {
    params['id'] = place.id;
    const before = `UNIX_MICROS(repaired_at)`;
    conditions.push(`(${before} < ${place.micros} OR (${before} = ${place.micros} AND request_id < @id))`);
  }
  const rows = await api.run(
    `SELECT request_id, table_name, contract, contract_version, source, healer, rule_id, plan, TO_JSON_STRING(by_hand),
       UNIX_MICROS(repaired_at), UNIX_MICROS(rolled_back_at)${eventColumns(events)}
     FROM ${api.table('_sentinel_repairs')} ${where(conditions)}
     ORDER BY repaired_at DESC, request_id DESC LIMIT ${limit + 1}`,
    params,
  );
  return repairPage(rows, limit);
}

export async function countTouched(api: Api, ruleId: string): ReturnType<RepairAudit['touched']> {
  const repairs = api.table('_sentinel_repairs');
  const [row] = await api.run(
    `SELECT COUNTIF(rolled_back_at IS NULL AND original IS NOT NULL), COUNTIF(rolled_back_at IS NOT NULL),
       (SELECT COUNT(*) FROM ${api.table('_sentinel_duplicates')} WHERE first_request_id IN
         (SELECT request_id FROM ${repairs} WHERE rule_id = @rule AND rolled_back_at IS NULL))
     FROM ${repairs} WHERE rule_id = @rule`,
    { rule: ruleId },
  );
  return touchedOf(row);
}
