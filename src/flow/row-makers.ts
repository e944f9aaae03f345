import type { Contract } from '../contracts/contract.ts';
import type { JsonObject } from '../model/json.ts';
import type { Row } from '../load/destination.ts';
import { type RowFacts, createRowMaker } from '../load/row.ts';

export type MakeRow = (contract: Contract, value: JsonObject, facts: RowFacts) => Row;

/** Each contract's own maker, made at its first row. */
export function createRowMakers(): MakeRow {
  const makers = new Map<Contract, ReturnType<typeof createRowMaker>>();
  return (contract, value, facts) => {
    let make = makers.get(contract);
    if (make === undefined) makers.set(contract, (make = createRowMaker(contract)));
    return make(value, facts);
  };
}
