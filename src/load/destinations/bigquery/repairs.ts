import type { RepairTrail } from '../../../model/loaded-event.ts';
import type { RepairAudit, RepairFilter, TakeOutOptions, TakenOut } from '../../repair-audit.ts';
import { byHandOf, filterColumns, placeOf, repairPage } from '../../destination-kit/repair-page.ts';
import { type Api, type Params, cell } from './api.ts';
import { type Warehouse, commit, lastBatch } from './warehouse.ts';

export async function listRepairs(
  api: Api,
  filter: RepairFilter,
  { limit, cursor }: { limit: number; cursor?: string },
): ReturnType<RepairAudit['list']> {
  const params: Params = {};
  const conditions = Object.entries(filter).map(([field, value]) => {
    params[field] = String(value);
    return `${filterColumns[field as keyof RepairFilter]} = @${field}`;
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
       UNIX_MICROS(repaired_at), UNIX_MICROS(rolled_back_at)
     FROM ${api.table('_sentinel_repairs')} ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`}
     ORDER BY repaired_at DESC, request_id DESC LIMIT ${limit + 1}`,
    params,
  );
  return repairPage(rows, limit);
}

export async function countTouched(api: Api, ruleId: string): ReturnType<RepairAudit['touched']> {
  const repairs = api.table('_sentinel_repairs');
  const [[standing, rolledBack, duplicates] = []] = await api.run(
    `SELECT COUNTIF(rolled_back_at IS NULL), COUNTIF(rolled_back_at IS NOT NULL),
       (SELECT COUNT(*) FROM ${api.table('_sentinel_duplicates')} WHERE first_request_id IN
         (SELECT request_id FROM ${repairs} WHERE rule_id = @rule AND rolled_back_at IS NULL))
     FROM ${repairs} WHERE rule_id = @rule`,
    { rule: ruleId },
  );
  return {
    repairs: Number(standing ?? 0),
    rolledBack: Number(rolledBack ?? 0),
    duplicates: Number(duplicates ?? 0),
  };
}

/** One transaction: rows out of their tables, their events among the leaving, repairs marked, counters down. */
export async function takeOut(
  warehouse: Warehouse,
  ruleId: string | undefined,
  { limit, at, after, only }: TakeOutOptions,
): Promise<TakenOut> {
  const { api } = warehouse;
  const seen = await lastBatch(warehouse);
  const byRule = ruleId === undefined ? '' : 'rule_id = @rule AND';
  const rule = ruleId === undefined ? undefined : { rule: ruleId };
  const repairs = await api.run(
    `SELECT request_id, table_name FROM ${api.table('_sentinel_repairs')}
     WHERE ${byRule} rolled_back_at IS NULL AND request_id > @after
       ${only === undefined ? '' : 'AND request_id IN UNNEST(@only)'} ORDER BY request_id LIMIT ${limit}`,
    { ...rule, after: after ?? '', ...(only === undefined ? undefined : { only: [...only] }) },
  );
  if (repairs.length === 0) return { taken: 0, after: undefined };
  const present = new Set<string>();
  for (const table of new Set(repairs.map(([, name]) => cell(name))))
    if ((await api.fieldsOf(table)) !== undefined) present.add(table);
  const leaving = api.table('_sentinel_leaving');
  const taken = `(SELECT COUNT(*) FROM ${leaving} WHERE taken_at = TIMESTAMP(@at) AND request_id IN UNNEST(@ids))`;
  const writes = Array.from(present, (name) => [
    `INSERT INTO ${leaving} (request_id, received_at, taken_at)
     SELECT _request_id, _received_at, TIMESTAMP(@at) FROM ${api.table(name)} WHERE _request_id IN UNNEST(@ids)`,
    `DELETE FROM ${api.table(name)} WHERE _request_id IN UNNEST(@ids)`,
  ]).flat();
  await commit(
    warehouse,
    seen,
    { loaded: 0, repaired: 0, duplicate: 0 },
    [
      ...writes,
      `UPDATE ${api.table('_sentinel_repairs')} SET rolled_back_at = TIMESTAMP(@at)
       WHERE ${byRule} rolled_back_at IS NULL
         AND request_id IN (SELECT request_id FROM ${leaving} WHERE taken_at = TIMESTAMP(@at) AND request_id IN UNNEST(@ids))`,
      `UPDATE ${api.table('_sentinel_counters')} SET loaded = loaded - ${taken}, repaired = repaired - ${taken} WHERE TRUE`,
    ],
    {
      ...rule,
      at: new Date(at).toISOString(),
      ids: repairs.map(([id]) => cell(id)),
    },
  );
  const [[count] = []] = await api.run(
    `SELECT COUNT(*) FROM ${leaving} WHERE taken_at = TIMESTAMP(@at) AND request_id IN UNNEST(@ids)`,
    { at: new Date(at).toISOString(), ids: repairs.map(([id]) => cell(id)) },
  );
  warehouse.counted({ loaded: -Number(count ?? 0), repaired: -Number(count ?? 0), duplicate: 0 });
  return { taken: Number(count ?? 0), after: repairs.length < limit ? undefined : cell(repairs.at(-1)?.[0]) };
}

export async function readLeaving(api: Api, limit: number): ReturnType<RepairAudit['leaving']> {
  const rows = await api.run(
    `SELECT l.request_id, UNIX_MILLIS(l.received_at), UNIX_MILLIS(l.taken_at), r.contract, r.contract_version, r.source,
       r.healer, r.rule_id, r.original, r.plan, TO_JSON_STRING(r.by_hand)
     FROM ${api.table('_sentinel_leaving')} l
     JOIN ${api.table('_sentinel_repairs')} r ON r.request_id = l.request_id AND r.rolled_back_at = l.taken_at
     ORDER BY l.request_id LIMIT ${limit}`,
  );
  return rows.map(
    ([id, receivedAt, takenAt, contract, version, source, healer, ruleId, original, plan, hand]) => {
      const byHand = byHandOf(hand);
      return {
        requestId: cell(id),
        receivedAt: Number(receivedAt),
        takenAt: Number(takenAt),
        contract: cell(contract),
        version: cell(version),
        source: cell(source),
        repair: {
          healer: healer as RepairTrail['healer'],
          ruleId: ruleId ?? undefined,
          original: cell(original),
          plan: cell(plan),
          ...(byHand === undefined ? undefined : { byHand }),
        },
      };
    },
  );
}

export async function forgetLeaving(api: Api, requestIds: readonly string[]): Promise<void> {
  if (requestIds.length === 0) return;
  await api.run(`DELETE FROM ${api.table('_sentinel_leaving')} WHERE request_id IN UNNEST(@ids)`, {
    ids: [...requestIds],
  });
}
