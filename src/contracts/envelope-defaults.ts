import { type JsonObject, isObject } from '../model/json.ts';
import type { EnvelopeDefault } from './contract.ts';

/** The fields that a contract has filled when the event does not bring them: those that it says so of, by `x-envelope`. */
export function envelopeDefaultsOf(schema: JsonObject): EnvelopeDefault[] {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  return Object.entries(properties).flatMap(([field, declaration]) => {
    const from = isObject(declaration) ? declaration['x-envelope'] : undefined;
    return from === 'request_id' || from === 'received_at' || from === 'source' ? [{ field, from }] : [];
  });
}
