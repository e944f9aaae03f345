import type { Column } from '../../contracts/contract.ts';
import type { LoadedEvent, RepairTrail, RepeatTrail } from '../../model/loaded-event.ts';
import type { AllCounts } from '../destination.ts';
import { headersIn } from '../headers-column.ts';
import type { TouchedByRule } from '../repair-audit.ts';
import type { WithdrawnEvent } from '../withdraw.ts';
import { type StoredRow, storedExtra, storedValues } from './repeats.ts';

/** A row of an answer, each cell as the store's text. */
export type Cells = readonly (string | null | undefined)[];

export const countsOf = ([loaded, repaired, duplicate, changed]: Cells = []): AllCounts => ({
  loaded: Number(loaded ?? 0),
  repaired: Number(repaired ?? 0),
  duplicate: Number(duplicate ?? 0),
  changed: Number(changed ?? 0),
});

export const touchedOf = ([repairs, rolledBack, duplicates]: Cells = []): TouchedByRule => ({
  repairs: Number(repairs ?? 0),
  rolledBack: Number(rolledBack ?? 0),
  duplicates: Number(duplicates ?? 0),
});

/** Of table, contract, version and source. */
export const placeOfEvent = ([table, contract, version, source]: Cells): Omit<LoadedEvent, 'status'> => ({
  table: table ?? '',
  contract: contract ?? table ?? '',
  version: version ?? '',
  source: source ?? '',
});

/** Of the first request id, whether the repeat is changed, whether it was replaced, and what it says. */
export const repeatOf = ([of, changed, replaced, event]: Cells): RepeatTrail => ({
  of: of ?? undefined,
  isChanged: changed === 'true' ? true : changed === 'false' ? false : undefined,
  wasReplaced: replaced === 'true',
  event: event ?? undefined,
});

/** Of healer, rule id, original, plan, the pointers entered by hand (JSON) and result. */
export const repairOf = ([healer, ruleId, original, plan, byHand, result]: Cells): RepairTrail => ({
  healer: healer as RepairTrail['healer'],
  ruleId: ruleId ?? undefined,
  original: original ?? '',
  plan: plan ?? '',
  // Of a person, that nothing was entered by hand says something.
  byHand: byHandOf(byHand) ?? (healer === 'person' ? [] : undefined),
  result: result ?? '',
});

/** Of JSON text; a list of nothing is none. */
export function byHandOf(json: string | null | undefined): string[] | undefined {
  const list = JSON.parse(json ?? '[]') as string[];
  return list.length === 0 ? undefined : list;
}

/**
 * Of request id, round, when the event was received and its repair marked (milliseconds since 1970), headers (JSON), contract,
 * version, source, and what `repairOf` takes.
 */
export function withdrawnOf([id, round, receivedAt, withdrawnAt, headers, ...rest]: Cells): WithdrawnEvent {
  const [contract, version, source, ...repair] = rest;
  const { result: _, ...trail } = repairOf(repair);
  return {
    requestId: id ?? '',
    round: Number(round),
    receivedAt: Number(receivedAt),
    withdrawnAt: Number(withdrawnAt),
    headers: headersIn(headers),
    contract: contract ?? '',
    version: version ?? '',
    source: source ?? '',
    repair: trail,
  };
}

/** Of request id, reception (milliseconds since 1970), whether it is repaired, source, version, `_extra`, and the columns as JSON. */
export function storedRowOf(columns: readonly Column[], cells: Cells): StoredRow {
  const [id, receivedAt, repaired, source, version, extra, ...values] = cells;
  return {
    requestId: id ?? '',
    receivedAt: Number(receivedAt),
    isRepaired: repaired === 'true',
    source: source ?? '',
    version: version ?? '',
    extra: storedExtra(extra),
    values: storedValues(columns, values),
  };
}
