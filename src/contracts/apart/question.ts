import type { JsonObject } from '../../model/json.ts';
import type { Violation } from '../../model/violation.ts';
import type { Validation } from '../contract.ts';

/** To validate an event, or some fields of it; without an event: whether these fields can be checked by themselves. */
export interface Question {
  name: string;
  version: string;
  event?: JsonObject;
  fields?: readonly string[];
  /** Length of the contract's JSON Schema, to which the time is in proportion that it takes to compile. */
  schemaLength: number;
  /** Milliseconds after which the contract's code is interrupted, where Node can do that; without, it is not. */
  limitMs?: number;
}

/** Undefined when the other thread does not have that contract, or can't tell. */
export type Answer = Validation | Violation[] | boolean | undefined;

/** The contract that is asked, in words. */
export const labelOf = ({ name, version }: Pick<Question, 'name' | 'version'>): string =>
  `contract ${name} ${version}`;
