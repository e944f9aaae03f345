import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Json, type JsonObject, isContainer, isObject, jsonType } from '../../src/model/json.ts';
import { pointerOf } from '../../src/model/pointer.ts';
import { isDeclared, schemasAt } from '../../src/repair/plans/schema-paths.ts';
import { undeclaredFields } from '../../src/validate/signature.ts';

const schema: JsonObject = {
  type: 'object',
  properties: {
    a: { type: 'object', properties: { b: { type: 'string' }, a: { $ref: '#/properties/a' } } },
    b: { type: 'array', items: { anyOf: [{ type: 'object', properties: { a: {} } }, { type: 'string' }] } },
    c: { type: 'object', additionalProperties: { type: 'object', properties: { a: {} } } },
    d: { type: 'object' },
  },
};

const { event } = fc.letrec<{ value: Json; event: JsonObject }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<Json>('x', 1, null, true),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('event'),
  ),
  event: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e', '0', '__proto__'), tie('value'), {
    maxKeys: 5,
  }),
}));

/** Each path asked of the schema by itself. */
function slowly(value: Json, path: string[] = []): string[] {
  if (Array.isArray(value))
    return value.flatMap((item) => (isContainer(item) ? slowly(item, [...path, '*']) : []));
  if (!isObject(value) || !schemasAt(schema, path).some(({ properties }) => isObject(properties))) return [];
  return Object.entries(value).flatMap(([name, field]) => {
    const below = [...path, name];
    return isDeclared(schema, below)
      ? slowly(field, below)
      : [`${pointerOf(below)} ${name} ${jsonType(field)}`];
  });
}

it('finds the undeclared fields of an event as the schema says of each path', () => {
  fc.assert(
    fc.property(event, (one) => {
      const found = undeclaredFields(one, schema).map(({ path, name, type }) => `${path} ${name} ${type}`);
      expect(found).toEqual([...new Set(slowly(one))]);
    }),
    { numRuns: 500 },
  );
});
