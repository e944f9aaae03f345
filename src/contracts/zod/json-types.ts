import type { JsonObject } from '../../model/json.ts';
import type { Schema } from './rewrite.ts';

/** Corrects the JSON Schema of a type where it is judged in another way here than Zod says: see `forJsonNumbers` and `complete`. */
export function nameTypes(schema: Schema, jsonSchema: JsonObject): void {
  const { type, format, local } = schema._zod.def as { type: string; format?: string; local?: boolean };
  if (type === 'bigint') {
    const unsigned = format === 'uint64' ? { format, minimum: 0 } : {};
    Object.assign(jsonSchema, { type: 'integer', ...unsigned });
  }
  if (type === 'date') Object.assign(jsonSchema, { type: 'string', format: 'date-time' });
  // Whole numbers reach to 64 bits.
  if (type === 'number')
    for (const [bound, limit] of [
      ['minimum', Number.MIN_SAFE_INTEGER],
      ['maximum', Number.MAX_SAFE_INTEGER],
    ] as const)
      if (jsonSchema[bound] === limit) delete jsonSchema[bound];
  // A time without a zone is no instant.
  if (format === 'datetime' && local === true) delete jsonSchema['format'];
}
