import type { Contract } from '../contracts/contract.ts';
import type { JsonObject } from '../json.ts';
import type { RepairTrail, Row } from './destination.ts';

/** The id column that every table has, whether its contract declares it or not. */
const idField = 'event_id';

/** What is known of an event beside its declared values. */
export interface RowFacts {
  requestId: string;
  /** Milliseconds since 1970, UTC. */
  receivedAt: number;
  source: string;
  repair: RepairTrail | undefined;
  /** JSON text of the event from which its contract made the value; undefined when there is none that says the same. */
  text: string | undefined;
  /** The fields of the value that the text does not have, or has otherwise. */
  changed: JsonObject | undefined;
}

/** Makes the rows of one contract. Splits off what the contract does not declare, so that nothing is dropped. */
export function createRowMaker(contract: Contract): (value: JsonObject, facts: RowFacts) => Row {
  const declared = new Set(contract.columns.map((column) => column.name)).add(idField);
  const { table, name, version } = contract;

  return (value, { requestId, receivedAt, source, repair, text, changed }) => {
    let values = value;
    let filled = changed;
    let extra: JsonObject | undefined;
    for (const field in value) if (!declared.has(field)) (extra ??= {})[field] = value[field]!;
    if (extra !== undefined) {
      values = {};
      for (const field in value) if (declared.has(field)) values[field] = value[field]!;
    }
    if (values[idField] === undefined || values[idField] === null) {
      values = { ...values, [idField]: requestId };
      filled = { ...changed, [idField]: requestId };
    }
    return {
      table,
      requestId,
      receivedAt,
      source,
      contract: name,
      contractVersion: version,
      values,
      text,
      filled,
      extra,
      repair,
    };
  };
}
