import type { Contract } from '../contracts/contract.ts';
import type { JsonObject } from '../json.ts';
import type { RepairTrail, Row } from './destination.ts';

/** The id column that every table has, whether its contract declares it or not. */
const idField = 'event_id';

/** Makes the rows of one contract. Splits off what the contract does not declare, so that nothing is dropped. */
export function createRowMaker(
  contract: Contract,
): (
  value: JsonObject,
  facts: { requestId: string; receivedAt: number; source: string; repair: RepairTrail | undefined },
) => Row {
  const declared = new Set(contract.columns.map((column) => column.name)).add(idField);
  const { table, name, version } = contract;

  return (value, facts) => {
    let values = value;
    let extra: JsonObject | undefined;
    for (const field in value) {
      if (declared.has(field)) continue;
      if (extra === undefined) {
        extra = {};
        values = { ...value };
      }
      extra[field] = value[field]!;
      delete values[field];
    }
    if (values[idField] === undefined || values[idField] === null)
      values = { ...values, [idField]: facts.requestId };
    return { table, contract: name, contractVersion: version, ...facts, values, extra };
  };
}
