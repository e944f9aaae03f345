export type { Json, JsonObject } from '../../../../src/model/json.ts';
export type { Violation } from '../../../../src/model/violation.ts';

/** A page of a list; `next` is the cursor of the one after it. */
export interface Page<T> {
  items: T[];
  next?: string | null;
}
