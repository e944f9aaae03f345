import { addTo } from '../../../support/add-to.ts';
import { TableFault } from '../../table-fault.ts';
import type { AllCounts, Row, RowOutcome, Settled, Settlement, Table } from '../../destination.ts';
import type { Api } from './api.ts';
import { settleRepeats } from './repeats.ts';
import { type Staged, stageRows } from './stage.ts';
import { literal, ownFields } from './tables.ts';
import { sameName } from './types.ts';
import { judge } from './verdicts.ts';
import { type Warehouse, commit, lastBatch, preparedTables } from './warehouse.ts';
import { type Recorded, entryWrites, findRecorded, markWrites } from './outcomes.ts';
import { endedBefore, judgeLetters } from '../../destination-kit/judge.ts';

/**
 * One batch: staged by a load job, judged by a query, and written by one transaction that is void when anybody has committed
 * since the query. ADR 6 says why. Throws what the API throws, and a collision when it is to be done again.
 */
export async function settleBatch(
  warehouse: Warehouse,
  { rows, letters, mark }: Settlement,
): Promise<Settled> {
  const { api } = warehouse;
  const outcomes = new Map<Row, SettledRow>();
  const stages: Staged[] = [];
  const counts: AllCounts = { loaded: 0, repaired: 0, duplicate: 0, changed: 0 };
  const verdicts: string[] = [];
  try {
    for (const [table, ofTable] of rowsByTable(warehouse, rows)) {
      const staged = await stageRows(api, table, ofTable, outcomes as Map<Row, RowOutcome>);
      if (staged !== undefined) stages.push(staged);
    }
    // Before the first look at the tables: what is committed after this voids the commit.
    const seen = await lastBatch(warehouse);
    const ids = [...rows, ...letters].map(({ requestId }) => requestId.toLowerCase());
    const recorded = await findRecorded(api, preparedTables(warehouse), ids);
    for (const staged of stages)
      verdicts.push(...(await judgeStaged(warehouse, staged, { recorded, outcomes, counts })));
    const judged = judgeLetters(letters, recorded);
    const settled = { rows: rows.map((row) => outcomes.get(row)!), letters: judged.outcomes };
    const writes = [
      ...verdicts,
      ...stages.flatMap((staged) => writesOf(api, staged)),
      ...entryWrites(api, judged.fresh),
      ...markWrites(api, mark),
    ];
    if (writes.length > 0) await commit(warehouse, seen, counts, writes);
    return settled;
  } finally {
    api.forget(stages.flatMap(({ rows, verdicts }) => [rows, verdicts]));
  }
}

type SettledRow = Settled['rows'][number];

/** Returns what is to be written first, within the transaction: see repeats.ts. */
async function judgeStaged(
  { api, lookBackDays }: Warehouse,
  staged: Staged,
  to: { recorded: Recorded; outcomes: Map<Row, SettledRow>; counts: AllCounts },
): Promise<string[]> {
  const { recorded, outcomes, counts } = to;
  const ended: string[] = [];
  for (const row of staged.events) {
    const outcome = endedBefore(row, recorded);
    if (outcome === undefined) continue;
    outcomes.set(row, outcome);
    ended.push(row.requestId.toLowerCase());
  }
  const first = await judge(api, staged, ended, lookBackDays);
  const repeats = await settleRepeats(api, staged, first, recorded);
  for (const part of ['loaded', 'repaired', 'duplicate', 'changed'] as const)
    counts[part] += repeats.counts[part];
  for (const row of staged.events) {
    if (outcomes.has(row)) continue;
    const status = repeats.duplicates.has(row) ? 'duplicate' : 'loaded';
    outcomes.set(row, { status });
    counts[status]++;
    if (status === 'loaded' && row.repair !== undefined) counts.repaired++;
  }
  for (const [row, first] of staged.again)
    outcomes.set(row, endedBefore(row, recorded) ?? outcomes.get(first)!);
  return repeats.writes;
}

function rowsByTable({ tables }: Warehouse, rows: readonly Row[]): Map<Table, Row[]> {
  const groups = new Map<Table, Row[]>();
  for (const row of rows) {
    const table = tables.get(sameName(row.table));
    if (table === undefined) throw new TableFault(row.table, `table ${row.table} is not prepared`);
    addTo(groups, table, row);
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
       first_request_id, received_at, changed, replaced, event)
     SELECT s._request_id, s._s_contract, s._source, s._contract_version, ${literal(table.name)}, v.first, s._received_at,
       v.changed, FALSE, v.event
     ${from('duplicate')}`,
    `INSERT INTO ${api.table('_sentinel_outcomes')} (request_id, round, outcome)
     SELECT s._request_id, s._s_round, 'duplicate' ${from('duplicate')}`,
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
