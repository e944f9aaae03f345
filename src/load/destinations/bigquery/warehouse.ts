import { randomUUID } from 'node:crypto';
import type { AllCounts, Table } from '../../destination.ts';
import type { Api, Params } from './api.ts';
import { cameFirst } from './errors.ts';
import { literal } from './tables.ts';

/** What a load works with. */
export interface Warehouse {
  api: Api;
  lookBackDays: number | undefined;
  tables: ReadonlyMap<string, Table>;
  /** `batch` of the counters as it was seen last; undefined when somebody else has loaded since. */
  seen: string | undefined;
  /** Told what a commit has added to the counters. */
  counted: (counts: AllCounts) => void;
}

export const preparedTables = ({ tables }: Warehouse): string[] =>
  Array.from(tables.values(), ({ name }) => name);

/** Writes within one transaction, if `seen` is still the last batch; its rows in the counters are the token. */
export async function commit(
  warehouse: Warehouse,
  seen: string,
  { loaded, repaired, duplicate, changed }: AllCounts,
  writes: readonly string[],
  params: Params = {},
): Promise<void> {
  const mine = randomUUID();
  // Whatever comes of it: the next one looks again.
  warehouse.seen = undefined;
  await warehouse.api.run(
    [
      'BEGIN TRANSACTION',
      `UPDATE ${warehouse.api.table('_sentinel_counters')} SET batch = ${literal(mine)}, loaded = loaded + ${loaded},
         repaired = repaired + ${repaired}, duplicate = duplicate + ${duplicate}, changed = COALESCE(changed, 0) + ${changed} WHERE batch = ${literal(seen)}`,
      `IF @@row_count != 1 THEN ROLLBACK TRANSACTION; RAISE USING MESSAGE = ${literal(cameFirst)}; END IF`,
      ...writes,
      'COMMIT TRANSACTION',
    ].join(';\n'),
    params,
  );
  warehouse.seen = mine;
  warehouse.counted({ loaded, repaired, duplicate, changed });
}

export async function lastBatch(warehouse: Warehouse): Promise<string> {
  if (warehouse.seen !== undefined) return warehouse.seen;
  const [[batch = null] = []] = await warehouse.api.run(
    `SELECT batch FROM ${warehouse.api.table('_sentinel_counters')}`,
  );
  return (warehouse.seen = batch ?? '');
}
