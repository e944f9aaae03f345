import type { RowOutcome } from '../../destination.ts';
import type { Api } from './api.ts';
import type { Staged } from './stage.ts';
import { keyOf } from './tables.ts';

/**
 * Decides what becomes of each staged row, as if they were loaded one by one, and keeps it beside them: `write`, `again`
 * (the event is in the table), `duplicate` (another event has its key), `duplicate_again` (and that is on record).
 * Returns those that are not `write`, by `_pos`. Writes nothing; holds for as long as nobody loads.
 */
export async function judge(
  api: Api,
  staged: Staged,
  lookBackDays: number | undefined,
): Promise<Map<number, string>> {
  const { table, events } = staged;
  const target = api.table(table.name);
  const verdicts = api.table(staged.verdicts);
  const times = events.map(({ receivedAt }) => receivedAt);
  const [key, tableKey] = [keyOf(table, 's'), keyOf(table, 't')];
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const complete = key.map((part) => `${part} IS NOT NULL`).join(' AND ');
  const since = lookBackDays === undefined ? '' : `AND t._received_at >= TIMESTAMP(@look_back)`;
  // The same event was received at the same time, so only those days of the table are read.
  const known = `SELECT DISTINCT t._request_id AS id FROM ${target} t WHERE t._received_at BETWEEN TIMESTAMP(@first) AND TIMESTAMP(@last)`;
  const holders = `SELECT s._pos AS pos, MIN(t._request_id) AS holder, COUNT(*) AS held FROM ${api.table(staged.rows)} s
    JOIN ${target} t ON ${key.map((part, i) => `${tableKey[i]} = ${part}`).join(' AND ')} ${since} GROUP BY s._pos`;
  const ofKey =
    key.length === 0
      ? `CASE WHEN k.id IS NOT NULL THEN 'again' ELSE 'write' END AS verdict, CAST(NULL AS STRING) AS first
         FROM ${api.table(staged.rows)} s LEFT JOIN known k ON k.id = s._request_id`
      : `CASE WHEN j.known THEN 'again' WHEN NOT j.keyed THEN 'write'
           WHEN j.held IS NULL AND j.leader = j.id THEN 'write'
           WHEN d.request_id IS NULL THEN 'duplicate' ELSE 'duplicate_again' END AS verdict,
         CASE WHEN j.held IS NULL THEN j.leader ELSE j.holder END AS first
         FROM judged j LEFT JOIN (SELECT DISTINCT request_id FROM ${api.table('_sentinel_duplicates')}) d ON d.request_id = j.id`;
  const judged = `SELECT s._pos AS pos, s._request_id AS id, k.id IS NOT NULL AS known, (${complete}) AS keyed,
      h.held AS held, h.holder AS holder,
      FIRST_VALUE(s._request_id) OVER (PARTITION BY k.id IS NOT NULL, ${key.join(', ')} ORDER BY s._pos) AS leader
    FROM ${api.table(staged.rows)} s LEFT JOIN known k ON k.id = s._request_id LEFT JOIN holders h ON h.pos = s._pos`;
  const parts =
    key.length === 0
      ? [`known AS (${known})`]
      : [`known AS (${known})`, `holders AS (${holders})`, `judged AS (${judged})`];
  const rows = await api.run(
    `CREATE OR REPLACE TABLE ${verdicts}
       OPTIONS (expiration_timestamp = TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL 1 DAY)) AS
     WITH ${parts.join(', ')}
     SELECT ${key.length === 0 ? 's._pos' : 'j.pos'} AS pos, ${ofKey};
     SELECT pos, verdict FROM ${verdicts} WHERE verdict != 'write'`,
    {
      first: new Date(first).toISOString(),
      last: new Date(last).toISOString(),
      ...(lookBackDays === undefined
        ? {}
        : {
            look_back: new Date(first - lookBackDays * 86_400_000).toISOString(),
          }),
    },
  );
  return new Map(rows.map(([pos, verdict]) => [Number(pos), String(verdict)]));
}

export function outcomeOf(verdict: string | undefined): RowOutcome {
  return { status: verdict?.startsWith('duplicate') === true ? 'duplicate' : 'loaded' };
}
