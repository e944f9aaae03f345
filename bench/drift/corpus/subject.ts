import type { Contract } from '../../../src/contracts/contract.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import type { Random } from '../random.ts';

/** A contract and a source of events that it accepts. */
export interface Subject {
  contract: Contract;
  /** How often it is taken, relative to the others. */
  weight: number;
  /** A valid event; another one each time, as the random source has it. */
  event(random: Random): JsonObject;
  /** Another valid event of the same sort as this one (the same `action`, the same fields), with other values. */
  sibling(event: JsonObject, random: Random): JsonObject;
}
