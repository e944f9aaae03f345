import type { JsonObject } from '../../src/model/json.ts';
import type { Operation } from '../../src/model/plan.ts';
import type { Subject } from './corpus/subject.ts';
import type { Field } from './fields.ts';
import type { Random } from './random.ts';

/**
 * What the right answer is:
 * - `repair`: the value is in the event, and a careful engineer would find it;
 * - `refuse`: it is not, or nobody could tell which it is: any repair that is accepted is wrong;
 * - `either`: both are right, as long as the result is the original. Counts for harm only, not for the shares.
 */
export type Expected = 'repair' | 'refuse' | 'either';

/** One way in which a sender's events changed, the same for each of its events. */
export interface Drift {
  /** What exactly was done, for a person: `camelCase`, `joined with " "`. */
  style: string;
  /** JSON Pointers into the original, `*` for array elements: two drifts of one event must not meet. */
  touches: string[];
  /** The event as the sender sends it now; undefined for an event that the drift cannot happen to. Changes nothing. */
  apply(event: JsonObject): JsonObject | undefined;
  /** The plan that undoes it; empty when there is none. */
  inverse: Operation[];
}

/** What a mutation chooses from. */
export interface Scene {
  subject: Subject;
  event: JsonObject;
  fields: readonly Field[];
  random: Random;
}

/** Undefined when the event has no place for such a drift. With `focus`, of that field only. */
export type Draw = (scene: Scene, focus?: Field) => Drift | undefined;

export interface Mutation {
  /** `rename.synonym`: what comes before the point is the kind of the list. */
  kind: string;
  expected: Expected;
  /** How often, relative to the others. */
  weight: number;
  draw: Draw;
}
