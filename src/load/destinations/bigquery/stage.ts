import { randomUUID } from 'node:crypto';
import { type Result, ok } from '../../../model/result.ts';
import type { Row, RowOutcome, Table } from '../../destination.ts';
import { type Refusal, exactRow } from '../../destination-kit/exact-row.ts';
import type { Api } from './api.ts';
import { ownFields } from './tables.ts';
import { type Field, fieldOf } from './types.ts';

/** What a staged row has beside the columns of its table. */
const stageFields: Field[] = [
  { name: '_pos', type: 'INT64' },
  { name: '_s_round', type: 'INT64' },
  ...['_s_contract', '_s_healer', '_s_original', '_s_plan', '_s_result'].map((name) => ({
    name,
    type: 'STRING',
  })),
  { name: '_s_by_hand', type: 'STRING', mode: 'REPEATED' as const },
];

/** Rows of one table in a table of their own, with nothing decided yet. */
export interface Staged {
  table: Table;
  /** Names of the tables that hold the rows, and what becomes of each. */
  rows: string;
  verdicts: string;
  /** By `_pos`; no two of one event. */
  events: Row[];
  /** Other rows of these events, with the row of the latest round, which is staged. */
  again: Map<Row, Row>;
}

/** Should the process die: by then nobody loads the batch any more. */
const lifetimeMs = 86_400_000;

/** Stages what can be loaded; the outcome of what can't be is set. Undefined when nothing is left. */
export async function stageRows(
  api: Api,
  table: Table,
  rows: readonly Row[],
  outcomes: Map<Row, RowOutcome>,
): Promise<Staged | undefined> {
  const latest = new Map<string, Row>();
  for (const row of rows) {
    const id = row.requestId.toLowerCase();
    const known = latest.get(id);
    if (known === undefined || (row.round ?? 0) > (known.round ?? 0)) latest.set(id, row);
  }
  const events: Row[] = [];
  const again = new Map<Row, Row>();
  const lines: string[] = [];
  const lineOf = lineMaker(table);
  for (const row of rows) {
    const first = latest.get(row.requestId.toLowerCase())!;
    if (first !== row) {
      again.set(row, first);
      continue;
    }
    const line = lineOf(row, lines.length);
    if (!line.ok) {
      outcomes.set(row, { status: 'rejected', ...line.error });
      continue;
    }
    events.push(row);
    lines.push(line.value);
  }
  if (lines.length === 0) return undefined;
  const name = `_sentinel_stage_${randomUUID().replaceAll('-', '')}`;
  const fields = [...table.columns.map(fieldOf), ...ownFields, ...stageFields];
  await api.create(name, { fields, expiresAt: Date.now() + lifetimeMs });
  await api.load(name, fields, lines.join('\n'));
  return { table, rows: name, verdicts: `${name}_verdicts`, events, again };
}

/** A row as the load job reads it, one line of JSON. Whatever passes fits the table. */
function lineMaker(table: Table): (row: Row, pos: number) => Result<string, Refusal> {
  const exact = exactRow(table);

  return (row, pos) => {
    const cells = exact(row);
    if (!cells.ok) return cells;
    const { contract, repair } = row;
    return ok(
      JSON.stringify({
        ...Object.fromEntries(Object.entries(cells.value).filter(([, cell]) => cell !== null)),
        _pos: pos,
        _s_round: row.round ?? 0,
        _s_contract: contract,
        ...(repair && {
          _s_healer: repair.healer,
          _s_original: repair.original,
          _s_plan: repair.plan,
          _s_result: repair.result,
          _s_by_hand: [...(repair.byHand ?? [])],
        }),
      }),
    );
  };
}
