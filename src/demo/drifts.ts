import { type Json, type JsonObject, isObject } from '../model/json.ts';
import type { Random } from './random.ts';

/** What a sender's new release does to its events, without telling anybody. */
export type Drift = (event: JsonObject, random: Random) => JsonObject;

const without = (event: JsonObject, ...fields: string[]): JsonObject =>
  Object.fromEntries(Object.entries(event).filter(([field]) => !fields.includes(field)));

/** A field under another name. */
export const renamed =
  (from: string, to: string): Drift =>
  (event) => ({ ...without(event, from), [to]: event[from]! });

/** A field whose value is written otherwise; `spell` gets it as text. */
export const respelled =
  (field: string, spell: (text: string) => Json): Drift =>
  (event) => {
    const value = event[field]!;
    return { ...event, [field]: spell(typeof value === 'string' ? value : JSON.stringify(value)) };
  };

/** All drifts, one after the other. */
export const together =
  (...drifts: Drift[]): Drift =>
  (event, random) =>
    drifts.reduce((drifted, drift) => drift(drifted, random), event);

/** Within an object of the event. */
export const within =
  (field: string, drift: Drift): Drift =>
  (event, random) => {
    const inner = event[field];
    return isObject(inner) ? { ...event, [field]: drift(inner, random) } : event;
  };

/** Fields one level deeper, as in `{"data": {…}}`. */
export const nested =
  (below: string, ...fields: string[]): Drift =>
  (event) => ({
    ...without(event, ...fields),
    [below]: Object.fromEntries(fields.map((field) => [field, event[field]!])),
  });

/** A field that the contract does not declare: no fault, but good to know of. */
export const added =
  (field: string, make: (random: Random) => Json): Drift =>
  (event, random) => ({ ...event, [field]: make(random) });

export const lost =
  (...fields: string[]): Drift =>
  (event) =>
    without(event, ...fields);
