import { SentinelError } from '../model/errors.ts';
import { type JsonObject, isObject } from '../model/json.ts';
import type { EnvelopeDefault } from './contract.ts';

/** The fields that a contract has filled when the event does not bring them: those that it says so of, by `x-envelope`. Throws
 * `contract_invalid` for another word. */
export function envelopeDefaultsOf(schema: JsonObject): EnvelopeDefault[] {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  return Object.entries(properties).flatMap(([field, declaration]) => {
    const from = isObject(declaration) ? declaration['x-envelope'] : undefined;
    if (from === undefined) return [];
    if (from === 'request_id' || from === 'received_at' || from === 'source') return [{ field, from }];
    throw new SentinelError(
      'contract_invalid',
      `field ${field}: \`x-envelope\` must be request_id, received_at or source`,
    );
  });
}
