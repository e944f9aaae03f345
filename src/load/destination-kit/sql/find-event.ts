import type { LoadedEvent } from '../../../model/loaded-event.ts';
import { isUuid } from '../../../model/uuid.ts';
import { placeOfEvent, repairOf, repeatOf } from '../stored-cells.ts';
import type { Question } from './question.ts';

/**
 * Looks in these tables, and among the duplicates, for the event that came with this request id. `newest`: how several duplicates
 * of one event are ordered, where there may be some.
 */
export async function findEvent(
  question: Question,
  tables: readonly string[],
  requestId: string,
  newest = '',
): Promise<LoadedEvent | undefined> {
  if (!isUuid(requestId)) return undefined;
  const { ask, value, place } = question;
  if (tables.length > 0) {
    const id = `${value(requestId)}::uuid`;
    const rows = tables.map(
      (table) =>
        `SELECT ${value(table)}::text AS table_name, _source, _contract_version, _repaired FROM ${place(table)} WHERE _request_id = ${id}`,
    );
    const [row] = await ask(
      `SELECT r.table_name, c.contract, r._contract_version, r._source, r._repaired::text FROM (${rows.join(' UNION ALL ')}) r
       LEFT JOIN ${place('_sentinel_contracts')} c ON c.table_name = r.table_name AND c.contract_version = r._contract_version LIMIT 1`,
    );
    if (row !== undefined) {
      const isRepaired = row[4] === 'true';
      const repair = isRepaired ? await findRepair(question, requestId) : undefined;
      return { status: isRepaired ? 'repaired' : 'loaded', ...placeOfEvent(row), repair };
    }
  }
  const [row] = await ask(
    `SELECT table_name, contract, contract_version, source, first_request_id::text, changed::text, replaced::text, event
     FROM ${place('_sentinel_duplicates')} WHERE request_id = ${value(requestId)}::uuid ${newest} LIMIT 1`,
  );
  return row && { status: 'duplicate', ...placeOfEvent(row), repeat: repeatOf(row.slice(4)) };
}

async function findRepair({ ask, value, place }: Question, requestId: string) {
  const [row] = await ask(
    `SELECT healer, rule_id, original, plan, to_json(by_hand)::text, result FROM ${place('_sentinel_repairs')}
     WHERE request_id = ${value(requestId)}::uuid AND rolled_back_at IS NULL LIMIT 1`,
  );
  return row && repairOf(row);
}
