import type { LoadedEvent, RepairTrail, RepeatTrail } from '../../../model/loaded-event.ts';
import { isUuid } from '../../../model/uuid.ts';
import { placeOfEvent, repairOf, repeatOf } from '../../destination-kit/stored-cells.ts';
import { type Api, cell } from './api.ts';
import { literal } from './tables.ts';

const dayMs = 86_400_000;

/** Looks in the tables, those of contracts that are gone included, for the event that came with this request id. */
export async function findEvent(
  api: Api,
  prepared: readonly string[],
  requestId: string,
): Promise<LoadedEvent | undefined> {
  if (!isUuid(requestId)) return undefined;
  const id = requestId.toLowerCase();
  const days = daysAround([id]);
  const found = await findWithin(api, prepared, id, days);
  return found ?? (days === '' ? undefined : findWithin(api, prepared, id, ''));
}

/** A request id of version 7 tells when it was made, which spares all other days of a table `t`. In lower case. */
export function daysAround(ids: readonly string[]): string {
  if (ids.some((id) => id[14] !== '7')) return '';
  const times = ids.map((id) => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16));
  const day = (time: number) => literal(new Date(time).toISOString());
  const [first, last] = [Math.min(...times) - 2 * dayMs, Math.max(...times) + 2 * dayMs];
  return `AND t._received_at BETWEEN TIMESTAMP(${day(first)}) AND TIMESTAMP(${day(last)})`;
}

/** Those of contracts that are gone included. */
export async function allTables(api: Api, prepared: readonly string[]): Promise<string[]> {
  const written = await api.run(`SELECT DISTINCT table_name FROM ${api.table('_sentinel_contracts')}`);
  const tables = [...prepared];
  for (const [name] of written)
    if (!tables.includes(cell(name)) && (await api.fieldsOf(cell(name))) !== undefined)
      tables.push(cell(name));
  return tables;
}

async function findWithin(
  api: Api,
  prepared: readonly string[],
  id: string,
  days: string,
): Promise<LoadedEvent | undefined> {
  const contracts = api.table('_sentinel_contracts');
  const places = (await allTables(api, prepared)).map(
    (table) =>
      `SELECT 1 AS place, CASE WHEN t._repaired THEN 'repaired' ELSE 'loaded' END AS status, ${literal(table)} AS table_name,
         (SELECT MIN(c.contract) FROM ${contracts} c WHERE c.table_name = ${literal(table)}
           AND c.contract_version = t._contract_version) AS contract,
         t._contract_version AS version, t._source AS source
       FROM ${api.table(table)} t WHERE t._request_id = @id ${days}`,
  );
  const rows = await api.run(
    `${[
      ...places,
      `SELECT 2, 'duplicate', d.table_name, d.contract, d.contract_version, d.source
       FROM ${api.table('_sentinel_duplicates')} d WHERE d.request_id = @id`,
    ].join(' UNION ALL ')} ORDER BY 1 LIMIT 1`,
    { id: id },
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const place = placeOfEvent(row.slice(2));
  if (row[1] === 'duplicate') return { status: 'duplicate', ...place, repeat: await findRepeat(api, id) };
  const isRepaired = row[1] === 'repaired';
  const repair = isRepaired ? await findRepair(api, id) : undefined;
  return { status: isRepaired ? 'repaired' : 'loaded', ...place, repair };
}

async function findRepeat(api: Api, id: string): Promise<RepeatTrail | undefined> {
  const [row] = await api.run(
    `SELECT first_request_id, TO_JSON_STRING(changed), TO_JSON_STRING(replaced), event
     FROM ${api.table('_sentinel_duplicates')} WHERE request_id = @id LIMIT 1`,
    { id },
  );
  return row && repeatOf(row);
}

async function findRepair(api: Api, id: string): Promise<RepairTrail | undefined> {
  const [row] = await api.run(
    `SELECT healer, rule_id, original, plan, TO_JSON_STRING(by_hand), result FROM ${api.table('_sentinel_repairs')}
     WHERE request_id = @id AND rolled_back_at IS NULL LIMIT 1`,
    { id },
  );
  return row && repairOf(row);
}
