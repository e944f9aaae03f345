import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineContract } from '../../src/contracts/index.ts';
import { contractFromJsonSchema } from '../../src/contracts/json-schema/compile.ts';
import { hasManyPaths } from '../../src/contracts/json-schema/many-paths.ts';
import type { JsonObject } from '../../src/model/json.ts';

const tree = { $ref: '#/$defs/tree' };
const branch = (field: string) => ({ properties: { child: tree }, required: [field] });
const at = (definition: JsonObject): JsonObject => ({
  'x-contract': { name: 'tree', version: '1.0.0' },
  type: 'object',
  properties: { tree },
  $defs: { tree: definition },
});
const laughs = Object.fromEntries(
  Array.from({ length: 30 }, (_, i) => [
    `d${i}`,
    { allOf: [{ $ref: `#/$defs/d${i + 1}` }, { $ref: `#/$defs/d${i + 1}` }] },
  ]),
);

describe('a schema whose work doubles', () => {
  it.each<[string, JsonObject]>([
    ['two alternatives that lead back', at({ anyOf: [branch('a'), branch('b'), { type: 'string' }] })],
    ['a condition that leads back beside the field', at({ ...branch('a'), if: branch('b') })],
    ['a pattern for a field that is declared', at({ ...branch('a'), patternProperties: { '^c': tree } })],
    ['definitions that fan out', { $ref: '#/$defs/d0', $defs: { ...laughs, d30: {} } }],
  ])('%s', (_, schema) => expect(hasManyPaths(schema)).toBe(true));

  it.each<[string, JsonObject]>([
    ['left and right of a tree', at({ properties: { left: tree, right: tree } })],
    ['a list of its own kind', at({ properties: { of: { type: 'array', items: tree } } })],
    ['nothing, or its own kind', at({ anyOf: [{ type: 'null' }, branch('a')] })],
    ['a definition that many fields share', at({ type: 'string' })],
  ])('not: %s', (_, schema) => expect(hasManyPaths(schema)).toBe(false));

  it('is judged in a thread that can be ended', () => {
    expect(contractFromJsonSchema(at({ anyOf: [branch('a'), branch('b')] })).ownCode).toBeDefined();
    expect(contractFromJsonSchema(at({ properties: { left: tree, right: tree } })).ownCode).toBeUndefined();
    const node: z.ZodType = z.lazy(() =>
      z.union([z.object({ child: node, a: z.string() }), z.object({ child: node, b: z.string() })]),
    );
    expect(
      defineContract({ name: 'lazy', version: '1.0.0', schema: z.object({ node }) }).ownCode,
    ).toBeDefined();
  });
});
