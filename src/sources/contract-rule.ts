import type { JsonObject } from '../model/json.ts';
import type { KeptHeaders } from '../model/event.ts';
import { textAt } from './place.ts';

/** Where the value stands that names an event's contract. */
export interface NamingRule {
  from: string;
  /** The contract for each value; without it the value is the contract's name. */
  map?: Readonly<Record<string, string>>;
}

/** The contract that a rule names for an event; nothing when it names none. */
export function contractNamed(
  { from, map }: NamingRule,
  event: JsonObject,
  headers: KeptHeaders | undefined,
): string | undefined {
  const value = textAt(from, event, headers);
  if (value === undefined || map === undefined) return value?.slice(0, maxNameLength);
  return Object.hasOwn(map, value) ? map[value] : undefined;
}

const maxNameLength = 128;
