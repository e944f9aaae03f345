import type { JsonObject } from '../../../src/model/json.ts';
import type { Shape } from '../shape.ts';

/** A small contract, as a team would write it, and an event of it. */
export interface Trade {
  name: string;
  contract: Shape;
  event: JsonObject;
}
