import { castTypes } from '../../../model/plan.ts';

const pointer = { type: 'string', description: 'JSON Pointer; the segment * is every element of an array' };
const pointers = { type: 'array', items: pointer };

/**
 * The answer as a JSON Schema in the subset that strict structured output takes: every property required, nothing
 * undeclared, absent values spelled `null`, and no maps with free keys. `readAnswer` turns it back into a plan.
 */
export const answerSchema = object({
  operations: {
    anyOf: [
      {
        type: 'array',
        items: {
          anyOf: [
            operation('move', { from: pointer, to: pointer }),
            operation('copy', { from: pointer, to: pointer }),
            operation('remove', { path: pointer }),
            operation('cast', {
              path: pointer,
              to: { type: 'string', enum: [...castTypes] },
              format: { type: ['string', 'null'] },
              zone_from: { type: ['string', 'null'] },
            }),
            operation('split', { from: pointer, separator: { type: 'string' }, to: pointers }),
            operation('split_unit', { from: pointer, number: pointer, unit: pointer }),
            operation('join', { from: pointers, separator: { type: 'string' }, to: pointer }),
            operation('map', {
              path: pointer,
              values: {
                type: 'array',
                items: object({
                  in: { type: 'string' },
                  out: { type: ['string', 'number', 'boolean', 'null'] },
                }),
              },
            }),
            ...['list', 'unlist'].map((op) =>
              operation(op, { path: pointer, separator: { type: 'string' } }),
            ),
            ...['parse', 'wrap', 'unwrap', 'trim', 'upper', 'lower'].map((op) =>
              operation(op, { path: pointer }),
            ),
          ],
        },
      },
      { type: 'null' },
    ],
  },
  reason: { type: ['string', 'null'] },
});

function operation(op: string, fields: Record<string, unknown>): Record<string, unknown> {
  return object({ op: { type: 'string', const: op }, ...fields });
}

function object(properties: Record<string, unknown>): Record<string, unknown> {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}
