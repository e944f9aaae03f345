import type { ClientBase } from 'pg';
import type { AllCounts } from '../../destination.ts';
import { letterTable } from '../../letter-table.ts';
import { letterTableStatements } from './letter-table.ts';
import { countsOf } from '../../destination-kit/stored-cells.ts';
import { cellsOf } from './question.ts';
import { identifier } from './sql.ts';

/** By name: what makes each, in order. The same columns as in DuckDB, but for `queue` and `slot`. */
export function bookkeepingTables(schema: string): [name: string, statements: string[]][] {
  const name = (table: string) => `${identifier(schema)}.${table}`;
  return [
    // One row would have every worker wait for every other one; the counts are the sums.
    [
      '_sentinel_counters',
      [
        `CREATE TABLE ${name('_sentinel_counters')} (slot integer PRIMARY KEY, loaded bigint NOT NULL,
           repaired bigint NOT NULL, duplicate bigint NOT NULL, changed bigint NOT NULL DEFAULT 0) WITH (fillfactor = 50)`,
      ],
    ],
    [
      '_sentinel_contracts',
      [
        `CREATE TABLE ${name('_sentinel_contracts')} (table_name text, contract text, contract_version text,
           PRIMARY KEY (table_name, contract, contract_version))`,
      ],
    ],
    // Events that are no rows because another one has the row of their key: `first_request_id`. What a changed one says, by
    // column, stands in `event`; `replaced`: it had the row until then.
    [
      '_sentinel_duplicates',
      [
        `CREATE TABLE ${name('_sentinel_duplicates')} (request_id uuid PRIMARY KEY, contract text, source text,
           contract_version text, table_name text, first_request_id uuid, received_at timestamptz, changed boolean,
           replaced boolean, event text)`,
        `CREATE INDEX _sentinel_duplicates_first ON ${name('_sentinel_duplicates')} (first_request_id)`,
        `CREATE INDEX _sentinel_duplicates_newest ON ${name('_sentinel_duplicates')} (received_at, request_id)`,
      ],
    ],
    // How a repaired row came to be. `original`, `plan` and `result` are JSON text, exact to the character.
    [
      '_sentinel_repairs',
      [
        `CREATE TABLE ${name('_sentinel_repairs')} (request_id uuid, table_name text, contract text,
           contract_version text, source text, healer text, rule_id text, original text, plan text, result text,
           by_hand text[], repaired_at timestamptz, rolled_back_at timestamptz)`,
        `CREATE UNIQUE INDEX _sentinel_repairs_standing ON ${name('_sentinel_repairs')} (request_id)
           WHERE rolled_back_at IS NULL`,
        `CREATE INDEX _sentinel_repairs_rule ON ${name('_sentinel_repairs')} (rule_id, request_id)`,
        `CREATE INDEX _sentinel_repairs_newest ON ${name('_sentinel_repairs')} (repaired_at, request_id)`,
      ],
    ],
    // How each event ended that is no row; of a row that was withdrawn, when its event was received, and its `_headers`. What was recorded as a duplicate before there was this table counts.
    [
      '_sentinel_outcomes',
      [
        `CREATE TABLE ${name('_sentinel_outcomes')} (request_id uuid PRIMARY KEY, round integer NOT NULL,
           outcome text NOT NULL, received_at timestamptz, headers text)`,
        `INSERT INTO ${name('_sentinel_outcomes')} (request_id, round, outcome) SELECT request_id, 0, 'duplicate' FROM ${name('_sentinel_duplicates')}`,
      ],
    ],
    // See describe.ts.
    [
      '_sentinel_required',
      [
        `CREATE TABLE ${name('_sentinel_required')} (table_name text, column_name text,
           PRIMARY KEY (table_name, column_name))`,
      ],
    ],
    [letterTable, letterTableStatements(schema)],
    [
      '_sentinel_marks',
      [
        `CREATE TABLE ${name('_sentinel_marks')} (queue text, slot integer, newest uuid NOT NULL,
           PRIMARY KEY (queue, slot)) WITH (fillfactor = 50)`,
      ],
    ],
  ];
}

/** Columns that tables of earlier versions lack: table, name, type. */
export const laterColumns = [
  ['_sentinel_counters', 'changed', 'bigint NOT NULL DEFAULT 0'],
  ['_sentinel_duplicates', 'changed', 'boolean'],
  ['_sentinel_duplicates', 'replaced', 'boolean'],
  ['_sentinel_duplicates', 'event', 'text'],
  ['_sentinel_outcomes', 'headers', 'text'],
] as const;

/** How many rows share the counting; two workers that draw the same one wait for each other's commit, no longer. */
export const counterSlots = 256;

/** Within the transaction of the rows, at its very end, so that nobody waits long for the slot. */
export async function addToCounts(
  client: ClientBase,
  schema: string,
  slot: number,
  { loaded, repaired, duplicate, changed }: AllCounts,
): Promise<void> {
  if (loaded === 0 && duplicate === 0) return;
  await client.query(
    `INSERT INTO ${identifier(schema)}._sentinel_counters AS c (slot, loaded, repaired, duplicate, changed)
     VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (slot) DO UPDATE SET loaded = c.loaded + excluded.loaded, repaired = c.repaired + excluded.repaired,
       duplicate = c.duplicate + excluded.duplicate, changed = c.changed + excluded.changed`,
    [slot, loaded, repaired, duplicate, changed],
  );
}

export async function readCounts(client: ClientBase, schema: string): Promise<AllCounts> {
  const [sums] = await cellsOf(
    client,
    `SELECT sum(loaded), sum(repaired), sum(duplicate), sum(changed) FROM ${identifier(schema)}._sentinel_counters`,
  );
  return countsOf(sums);
}
