import { type Cells, byHandOf } from './stored-cells.ts';
import type { RepairEntry, RepairFilter, RepairPage } from '../repair-audit.ts';

/** What a filter asks for: columns of `_sentinel_repairs`, and what they must say. */
export const wantedBy = ({ ruleId, ...rest }: RepairFilter): [column: string, value: string][] =>
  Object.entries({ rule_id: ruleId, ...rest }).flatMap(([column, value]) =>
    value === undefined ? [] : [[column, value]],
  );

/**
 * A row of `_sentinel_repairs` as text: request id, table, contract, version, source, healer, rule id, plan, the
 * pointers entered by hand (JSON), when it was repaired and rolled back (microseconds since 1970), and, where they were asked
 * for, original and result.
 */
/** Characters of an original and its result that a list shows. */
const longestListed = 65_536;

/** The columns, in SQL, that end the row where the events are asked for. */
export const eventColumns = (events: boolean | undefined): string =>
  events === true
    ? ['', 'original', 'result']
        .map(
          (name) =>
            name && `CASE WHEN length(original) + length(result) <= ${longestListed} THEN ${name} END`,
        )
        .join(', ')
    : '';

/** The page of rows that were read with one more than `limit`, newest first. */
export function repairPage(rows: readonly Cells[], limit: number): RepairPage {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    items: shown.map(entryOf),
    next: last === undefined ? undefined : `${last[9]}.${last[0]}`,
  };
}

function entryOf(cells: Cells): RepairEntry {
  const [id, table, contract, version, source, healer, ruleId, plan, byHand, repairedAt, rolledBackAt] =
    cells;
  const [original, result] = cells.slice(11);
  return {
    requestId: id ?? '',
    table: table ?? '',
    contract: contract ?? '',
    version: version ?? '',
    source: source ?? '',
    healer: healer as RepairEntry['healer'],
    ruleId: ruleId ?? undefined,
    plan: plan ?? '',
    byHand: byHandOf(byHand),
    repairedAt: isoOf(repairedAt ?? '0'),
    rolledBackAt: rolledBackAt === null || rolledBackAt === undefined ? undefined : isoOf(rolledBackAt),
    ...(original != null && result != null && { events: { original, result } }),
  };
}

const isoOf = (micros: string): string => new Date(Number(micros) / 1000).toISOString();

/** Where the page after a cursor begins; undefined for a cursor that we did not make, which is past the end. */
export function placeOf(cursor: string): { micros: string; id: string } | undefined {
  const parts = /^(\d{1,16})\.([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/i.exec(cursor);
  return parts === null ? undefined : { micros: parts[1]!, id: parts[2]! };
}
