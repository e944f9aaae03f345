import type {
  RepairAudit,
  RepairFilter,
  RepairPage,
  RepairPageOptions,
  TouchedByRule,
} from '../../repair-audit.ts';
import { eventColumns, placeOf, repairPage, wantedBy } from '../repair-page.ts';
import { touchedOf } from '../stored-cells.ts';
import { type Question, where } from './question.ts';

/** Reads `_sentinel_repairs`. */
export const repairAudit = (
  inQuestion: <T>(doing: string, ask: (question: Question) => Promise<T>) => Promise<T>,
): RepairAudit => ({
  list: (filter, page) => inQuestion('list its repairs', (question) => listRepairs(question, filter, page)),
  touched: (ruleId) => inQuestion('count its repairs', (question) => countTouched(question, ruleId)),
});

async function listRepairs(
  { ask, value, place, micros, instant }: Question,
  filter: RepairFilter,
  { limit, cursor, events }: RepairPageOptions,
): Promise<RepairPage> {
  const conditions = wantedBy(filter).map(([column, wanted]) => `${column} = ${value(wanted)}`);
  const before = cursor === undefined ? undefined : placeOf(cursor);
  if (cursor !== undefined && before === undefined) return { items: [], next: undefined };
  if (before !== undefined)
    conditions.push(
      `(repaired_at, request_id) < (${instant(Number(before.micros))}, ${value(before.id)}::uuid)`,
    );
  const rows = await ask(
    `SELECT request_id::text, table_name, contract, contract_version, source, healer, rule_id, plan,
       to_json(by_hand)::text, ${micros('repaired_at')}, ${micros('rolled_back_at')}${eventColumns(events)}
     FROM ${place('_sentinel_repairs')} ${where(conditions)} ORDER BY repaired_at DESC, request_id DESC LIMIT ${limit + 1}`,
  );
  return repairPage(rows, limit);
}

async function countTouched({ ask, value, place }: Question, ruleId: string): Promise<TouchedByRule> {
  const [row] = await ask(
    `WITH mine AS (SELECT request_id, rolled_back_at, original IS NOT NULL AS is_kept FROM ${place('_sentinel_repairs')}
       WHERE rule_id = ${value(ruleId)})
     SELECT count(*) FILTER (WHERE rolled_back_at IS NULL AND is_kept), count(*) FILTER (WHERE rolled_back_at IS NOT NULL),
       (SELECT count(*) FROM ${place('_sentinel_duplicates')}
        WHERE first_request_id IN (SELECT request_id FROM mine WHERE rolled_back_at IS NULL))
     FROM mine`,
  );
  return touchedOf(row);
}
