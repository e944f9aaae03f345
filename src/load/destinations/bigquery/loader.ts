import { randomUUID } from 'node:crypto';
import type { Position } from '../../../engine/engine.ts';
import { SentinelError } from '../../../model/errors.ts';
import type { LoadCounts, Row, RowOutcome, Table } from '../../destination.ts';
import type { Api, Params } from './api.ts';
import { cameFirst } from './errors.ts';
import { type Staged, stageRows } from './stage.ts';
import { literal, ownFields } from './tables.ts';
import { sameName } from './types.ts';
import { judge, outcomeOf } from './verdicts.ts';

/** What a load works with. */
export interface Warehouse {
  api: Api;
  queueId: string;
  lookBackDays: number | undefined;
  tables: ReadonlyMap<string, Table>;
  /** `batch` of the counters as it was seen last; undefined when somebody else has loaded since. */
  seen: string | undefined;
  /** Told what a commit has added to the counters. */
  counted: (counts: LoadCounts) => void;
}

/**
 * One batch: staged by a load job, judged by a query, and written by one transaction that is void when anybody has loaded
 * since the query. ADR 6 says why. Throws what the API throws, and a collision when it is to be done again.
 */
export async function loadBatch(
  warehouse: Warehouse,
  rows: readonly Row[],
  positions: readonly Position[],
  beforeCommit: (outcomes: readonly RowOutcome[]) => Promise<void>,
): Promise<RowOutcome[]> {
  const { api } = warehouse;
  const outcomes = new Map<Row, RowOutcome>();
  const stages: Staged[] = [];
  const counts: LoadCounts = { loaded: 0, repaired: 0, duplicate: 0 };
  try {
    for (const [table, ofTable] of rowsByTable(warehouse, rows)) {
      const staged = await stageRows(api, table, ofTable, outcomes);
      if (staged !== undefined) stages.push(staged);
    }
    // Before the first look at the tables: what is loaded after this voids the commit.
    const seen = await lastBatch(warehouse);
    for (const staged of stages) {
      const verdicts = await judge(api, staged, warehouse.lookBackDays);
      for (const [pos, row] of staged.events.entries()) {
        const verdict = verdicts.get(pos);
        outcomes.set(row, outcomeOf(verdict));
        if (verdict === 'duplicate') counts.duplicate++;
        if (verdict !== undefined) continue;
        counts.loaded++;
        if (row.repair !== undefined) counts.repaired++;
      }
      for (const [row, first] of staged.again) outcomes.set(row, outcomes.get(first)!);
    }
    const inOrder = rows.map((row) => outcomes.get(row)!);
    await beforeCommit(inOrder);
    if (stages.length > 0 || positions.length > 0)
      await commit(warehouse, seen, counts, [
        ...stages.flatMap((staged) => writesOf(api, staged)),
        ...positionWrites(warehouse, positions),
      ]);
    return inOrder;
  } finally {
    api.forget(stages.flatMap(({ rows, verdicts }) => [rows, verdicts]));
  }
}

/** Writes within one transaction, if `seen` is still the last batch; its rows in the counters are the token. */
export async function commit(
  warehouse: Warehouse,
  seen: string,
  { loaded, repaired, duplicate }: LoadCounts,
  writes: readonly string[],
  params: Params = {},
  result?: string,
): Promise<(string | null)[][]> {
  const mine = randomUUID();
  // Whatever comes of it: the next one looks again.
  warehouse.seen = undefined;
  const rows = await warehouse.api.run(
    [
      'BEGIN TRANSACTION',
      `UPDATE ${warehouse.api.table('_sentinel_counters')} SET batch = ${literal(mine)}, loaded = loaded + ${loaded},
         repaired = repaired + ${repaired}, duplicate = duplicate + ${duplicate} WHERE batch = ${literal(seen)}`,
      `IF @@row_count != 1 THEN ROLLBACK TRANSACTION; RAISE USING MESSAGE = ${literal(cameFirst)}; END IF`,
      ...writes,
      'COMMIT TRANSACTION',
      ...(result === undefined ? [] : [result]),
    ].join(';\n'),
    params,
  );
  warehouse.seen = mine;
  warehouse.counted({ loaded, repaired, duplicate });
  return rows;
}

export async function lastBatch(warehouse: Warehouse): Promise<string> {
  if (warehouse.seen !== undefined) return warehouse.seen;
  const [[batch = null] = []] = await warehouse.api.run(
    `SELECT batch FROM ${warehouse.api.table('_sentinel_counters')}`,
  );
  return (warehouse.seen = batch ?? '');
}

function rowsByTable({ tables }: Warehouse, rows: readonly Row[]): Map<Table, Row[]> {
  const groups = new Map<Table, Row[]>();
  for (const row of rows) {
    const table = tables.get(sameName(row.table));
    if (table === undefined)
      throw new SentinelError('destination_unavailable', `table ${row.table} is not prepared`, {
        retryable: false,
      });
    const group = groups.get(table);
    if (group === undefined) groups.set(table, [row]);
    else group.push(row);
  }
  return groups;
}

function writesOf(api: Api, { table, rows, verdicts, events }: Staged): string[] {
  const columns = [...table.columns, ...ownFields].map(({ name }) => `\`${name}\``);
  const from = (verdict: string) =>
    `FROM ${api.table(rows)} s JOIN ${api.table(verdicts)} v ON v.pos = s._pos WHERE v.verdict = '${verdict}'`;
  const versions = new Set(events.map((row) => JSON.stringify([row.contract, row.contractVersion])));
  const isRepaired = events.some(({ repair }) => repair !== undefined);
  return [
    `INSERT INTO ${api.table(table.name)} (${columns.join(', ')})
     SELECT ${columns.map((column) => `s.${column}`).join(', ')} ${from('write')}`,
    ...(isRepaired
      ? [
          `INSERT INTO ${api.table('_sentinel_repairs')} (request_id, table_name, contract, contract_version, source, healer,
             rule_id, original, plan, result, by_hand, repaired_at)
           SELECT s._request_id, ${literal(table.name)}, s._s_contract, s._contract_version, s._source, s._s_healer,
             s._rule_id, s._s_original, s._s_plan, s._s_result, s._s_by_hand, CURRENT_TIMESTAMP() ${from('write')}
             AND s._repaired`,
        ]
      : []),
    `INSERT INTO ${api.table('_sentinel_duplicates')} (request_id, contract, source, contract_version, table_name,
       first_request_id, received_at)
     SELECT s._request_id, s._s_contract, s._source, s._contract_version, ${literal(table.name)}, v.first, s._received_at
     ${from('duplicate')}`,
    ...Array.from(versions, (version) => {
      const [contract, number] = JSON.parse(version);
      return `MERGE INTO ${api.table('_sentinel_contracts')} c
        USING (SELECT ${literal(table.name)} AS table_name, ${literal(contract)} AS contract, ${literal(number)} AS contract_version) n
        ON c.table_name = n.table_name AND c.contract = n.contract AND c.contract_version = n.contract_version
        WHEN NOT MATCHED THEN INSERT (table_name, contract, contract_version)
          VALUES (n.table_name, n.contract, n.contract_version)`;
    }),
  ];
}

function positionWrites({ api, queueId }: Warehouse, positions: readonly Position[]): string[] {
  const last = new Map<string, number>();
  for (const { partition, offset } of positions)
    last.set(partition, Math.max(offset, last.get(partition) ?? offset));
  return Array.from(
    last,
    ([partition, offset]) =>
      `MERGE INTO ${api.table('_sentinel_positions')} p
       USING (SELECT ${literal(queueId)} AS queue, ${literal(partition)} AS part, ${offset} AS position) n
       ON p.queue = n.queue AND p.\`partition\` = n.part
       WHEN MATCHED THEN UPDATE SET position = GREATEST(p.position, n.position)
       WHEN NOT MATCHED THEN INSERT (queue, \`partition\`, position) VALUES (n.queue, n.part, n.position)`,
  );
}
