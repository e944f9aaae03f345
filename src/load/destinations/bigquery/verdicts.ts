import type { Api } from './api.ts';
import type { Staged } from './stage.ts';
import { keyOf } from './tables.ts';

/**
 * Decides what becomes of each staged row of an event that has not ended yet, as if they were loaded one by one, and keeps
 * it beside them: `write`, or `duplicate` (another event has its key). Returns the duplicates by `_pos`, with
 * the request id that has their key. Writes nothing;
 * holds for as long as nobody commits. `ended`: request ids of the events that have ended, in lower case.
 */
export async function judge(
  api: Api,
  staged: Staged,
  ended: readonly string[],
  lookBackDays: number | undefined,
): Promise<Map<number, string>> {
  const { table, events } = staged;
  const verdicts = api.table(staged.verdicts);
  const received = Math.min(...events.map(({ receivedAt }) => receivedAt));
  const [key, tableKey] = [keyOf(table, 's'), keyOf(table, 't')];
  const complete = key.map((part) => `${part} IS NOT NULL`).join(' AND ');
  const since = lookBackDays === undefined ? '' : `AND t._received_at >= TIMESTAMP(@look_back)`;
  const open = ended.length === 0 ? '' : `WHERE NOT (s._request_id IN UNNEST(@ended))`;
  const live = `SELECT * FROM ${api.table(staged.rows)} s ${open}`;
  const holders = `SELECT s._pos AS pos, MIN(t._request_id) AS holder, COUNT(*) AS held FROM live s
    JOIN ${api.table(table.name)} t ON ${key.map((part, i) => `${tableKey[i]} = ${part}`).join(' AND ')} ${since} GROUP BY s._pos`;
  const judged = `SELECT s._pos AS pos, s._request_id AS id, (${complete}) AS keyed, h.held AS held, h.holder AS holder,
      FIRST_VALUE(s._request_id) OVER (PARTITION BY ${key.join(', ')} ORDER BY s._pos) AS leader
    FROM live s LEFT JOIN holders h ON h.pos = s._pos`;
  const unsaid = 'CAST(NULL AS BOOL) AS changed, CAST(NULL AS STRING) AS event';
  const byKey = `WITH live AS (${live}), holders AS (${holders}), judged AS (${judged})
    SELECT j.pos AS pos, CASE WHEN NOT j.keyed OR (j.held IS NULL AND j.leader = j.id) THEN 'write' ELSE 'duplicate' END AS verdict,
      CASE WHEN j.held IS NULL THEN j.leader ELSE j.holder END AS first, ${unsaid} FROM judged j`;
  const withoutKey = `WITH live AS (${live})
    SELECT s._pos AS pos, 'write' AS verdict, CAST(NULL AS STRING) AS first, ${unsaid} FROM live s`;
  const lookBack =
    lookBackDays === undefined ? undefined : new Date(received - lookBackDays * 86_400_000).toISOString();
  const rows = await api.run(
    `CREATE OR REPLACE TABLE ${verdicts}
       OPTIONS (expiration_timestamp = TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL 1 DAY)) AS
     ${key.length === 0 ? withoutKey : byKey};
     SELECT pos, first FROM ${verdicts} WHERE verdict = 'duplicate'`,
    {
      ...(ended.length === 0 ? undefined : { ended: [...ended] }),
      ...(lookBack === undefined ? undefined : { look_back: lookBack }),
    },
  );
  return new Map(rows.map(([pos, first]) => [Number(pos), first ?? '']));
}
