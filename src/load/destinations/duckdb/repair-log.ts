import type { DuckDBConnection } from '@duckdb/node-api';
import type { Row } from '../../destination.ts';
import type { RepairTrail } from '../../../model/loaded-event.ts';
import { rowsOf } from './rows.ts';
import { literal } from './sql.ts';

/*
 * How repaired rows came to be, read as `_sentinel_repairs`. The events of one rule share all but three of its columns,
 * so these stand once for all of them, in `_sentinel_repair_kinds`; and what a plan made differs from the original in a
 * field or two, so that is kept. Writing out the whole of each repair cost more than loading its row.
 */

const kindColumns = [
  'table_name',
  'contract',
  'contract_version',
  'source',
  'healer',
  'rule_id',
  'plan',
] as const;

const definitions = [
  `CREATE TABLE IF NOT EXISTS _sentinel_repair_kinds (id INTEGER PRIMARY KEY,
     ${kindColumns.map((name) => `${name} VARCHAR`).join(', ')})`,
  // `original` is JSON text, exact to the character. Either `patch`, which makes the result of it, or `result`.
  // `rolled_back_at`: when the row was taken out of its table again.
  `CREATE TABLE IF NOT EXISTS _sentinel_repair_log (request_id UUID, kind INTEGER, original VARCHAR, patch VARCHAR,
     result VARCHAR, by_hand VARCHAR[], repaired_at TIMESTAMPTZ, rolled_back_at TIMESTAMPTZ)`,
];

const view = `CREATE OR REPLACE VIEW _sentinel_repairs AS
  SELECT l.request_id, ${kindColumns.map((name) => `k.${name}`).join(', ')}, l.original,
    CASE WHEN l.patch IS NULL THEN l.result ELSE json_merge_patch(l.original, l.patch)::VARCHAR END AS result,
    l.by_hand, l.repaired_at, l.rolled_back_at
  FROM _sentinel_repair_log l JOIN _sentinel_repair_kinds k ON k.id = l.kind`;

export async function ensureRepairLog(connection: DuckDBConnection): Promise<void> {
  for (const statement of definitions) await connection.run(statement);
  await connection.run(view);
}

/** The numbers of the repair kinds, given out as rows are made ready and written with the first load after that. */
export interface RepairKinds {
  numberOf(row: Row, repair: RepairTrail): number;
  /** Statements that write what is not written, for the transaction of the rows. */
  pending(): { statements: string[]; written: () => void };
}

const mostRemembered = 10_000;

export async function highestRepairKind(connection: DuckDBConnection): Promise<number> {
  const [[highest = 0] = []] = await rowsOf(connection, 'SELECT max(id) FROM _sentinel_repair_kinds');
  return Number(highest);
}

/** `highest`: the greatest number that is taken. */
export function createRepairKinds(highest: number): RepairKinds {
  let next = highest + 1;
  // What a process does not remember gets another number, which says the same.
  const numbers = new Map<string, number>();
  const unwritten = new Map<number, string>();
  let last: { row: Row; repair: RepairTrail; number: number } | undefined;

  function numberOf(row: Row, repair: RepairTrail): number {
    // Neighbours are mostly of one kind; a rule's plan is the same text for all of them.
    if (last !== undefined && isSame(last.row, row) && isSameTrail(last.repair, repair)) return last.number;
    const { table, contract, contractVersion, source } = row;
    const values = [
      table,
      contract,
      contractVersion,
      source,
      repair.healer,
      repair.ruleId ?? null,
      repair.plan,
    ];
    const key = JSON.stringify(values);
    let number = numbers.get(key);
    if (number === undefined) {
      number = next++;
      if (numbers.size >= mostRemembered) numbers.clear();
      numbers.set(key, number);
      unwritten.set(
        number,
        `(${[number, ...values.map((value) => (value === null ? 'NULL' : literal(value)))].join(', ')})`,
      );
    }
    last = { row, repair, number };
    return number;
  }

  return {
    numberOf,
    pending() {
      const batch = [...unwritten];
      return {
        // It may be there already, when a commit failed that had happened all the same.
        statements: batch.map(
          ([, values]) => `INSERT OR IGNORE INTO _sentinel_repair_kinds VALUES ${values}`,
        ),
        written: () => batch.forEach(([number]) => unwritten.delete(number)),
      };
    },
  };
}

const isSame = (a: Row, b: Row): boolean =>
  a.table === b.table &&
  a.contract === b.contract &&
  a.contractVersion === b.contractVersion &&
  a.source === b.source;

const isSameTrail = (a: RepairTrail, b: RepairTrail): boolean =>
  a.ruleId === b.ruleId && a.healer === b.healer && a.plan === b.plan;
