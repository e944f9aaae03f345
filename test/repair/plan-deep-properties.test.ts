import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contractFromJsonSchema } from '../../src/contracts/json-schema/compile.ts';
import type { Json, JsonObject } from '../../src/model/json.ts';
import { compilePlan } from '../../src/repair/plans/interpreter.ts';
import { parsePlan } from '../../src/repair/plans/parse-plan.ts';
import type { Operation, Plan } from '../../src/model/plan.ts';
import { covers, segmentsOf } from '../../src/model/pointer.ts';
import { checkProvenance } from '../../src/repair/plans/provenance.ts';
import { isDeclared } from '../../src/repair/plans/schema-paths.ts';
import { checkPlan } from '../../src/repair/plans/static-check.ts';

const text = { type: 'string' };
const open = (properties: JsonObject) => ({ type: 'object', properties });
const listOf = (items: JsonObject) => ({ type: 'array', items });
const line = open({
  sku: text,
  state: { enum: ['new', 'done'] },
  'a/b': text,
  '~t': text,
  größe: text,
  tags: listOf(text),
  box: open({ x: text, y: text }),
});

/** Lists within lists, and names that a pointer has to escape. */
const parcel = contractFromJsonSchema({
  'x-contract': { name: 'parcel', version: '1.0.0' },
  ...open({
    orders: listOf(open({ ref: text, lines: listOf(line), box: open({ x: text, y: text }) })),
    top: text,
  }),
});

const names = ['sku', 'state', 'a/b', '~t', 'größe', 'tags', 'box', 'old', '__proto__', 'hasOwnProperty'];
const scalar = fc.oneof(
  fc.constantFrom<Json>(
    'a',
    'b c',
    ' a ',
    'NEW',
    'new',
    '12',
    '{"x":"1","y":[]}',
    '["q"]',
    '',
    'ÄÖ',
    '{"x":1,"x":2}',
  ),
  fc.constantFrom<Json>(null, true, 0, 1.5),
);
const small: fc.Arbitrary<Json> = fc.oneof(
  { weight: 4, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 2 }) },
  { weight: 1, arbitrary: fc.dictionary(fc.constantFrom('x', 'y', 'z'), scalar, { maxKeys: 2 }) },
);
/** Defines its fields, so that one called `__proto__` is a field. */
const objectOf = (keys: readonly string[], value: fc.Arbitrary<Json>): fc.Arbitrary<JsonObject> =>
  fc
    .array(fc.tuple(fc.constantFrom(...keys), value), { maxLength: 5 })
    .map((entries) => Object.fromEntries(entries));
const order = fc
  .tuple(fc.array(objectOf(names, small), { maxLength: 3 }), objectOf(['ref', 'box', 'old'], small))
  .map(([lines, fields]): JsonObject => ({ lines, ...fields }));
const event = fc
  .tuple(fc.array(order, { maxLength: 3 }), objectOf(['top', 'old'], small))
  .map(([orders, fields]): JsonObject => ({ orders, ...fields }));

const inLine = '/orders/*/lines/*';
const pointers = [
  ...[
    'sku',
    'state',
    'a~1b',
    '~0t',
    'größe',
    'tags',
    'box',
    'box/x',
    'box/y',
    'old',
    'old/x',
    'hasOwnProperty',
  ].map((name) => `${inLine}/${name}`),
  ...['ref', 'box', 'box/x', 'box/y', 'old', 'old/x'].map((name) => `/orders/*/${name}`),
  '/top',
  '/old',
  '/old/x',
  '/orders/0/ref',
  '/orders/0/lines/1/sku',
];
const pointer = fc.constantFrom(...pointers);
const pair = fc.uniqueArray(pointer, { minLength: 2, maxLength: 2 });
const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      op: fc.constantFrom('move' as const, 'copy' as const),
      from: pointer,
      to: pointer,
    }),
  },
  fc.record({ op: fc.constant('remove' as const), path: pointer }),
  fc.record({
    op: fc.constant('cast' as const),
    path: pointer,
    to: fc.constantFrom('string' as const, 'integer' as const, 'boolean' as const),
  }),
  fc.record({ op: fc.constant('split' as const), from: pointer, separator: fc.constant(' '), to: pair }),
  fc.record({ op: fc.constant('split_unit' as const), from: pointer, number: pointer, unit: pointer }),
  fc.record({
    op: fc.constantFrom('list' as const, 'unlist' as const),
    path: pointer,
    separator: fc.constantFrom(' ', ','),
  }),
  fc.record({ op: fc.constant('join' as const), from: pair, separator: fc.constant(' '), to: pointer }),
  fc.constant<Operation>({ op: 'map', path: `${inLine}/state`, values: { NEW: 'new', a: 'done' } }),
  fc.record({
    op: fc.constantFrom(
      'parse' as const,
      'wrap' as const,
      'unwrap' as const,
      'trim' as const,
      'upper' as const,
    ),
    path: pointer,
  }),
);
const plan: fc.Arbitrary<Plan> = fc
  .array(operation, { minLength: 1, maxLength: 4 })
  .map((operations) => ({ operations }));
const permitted = plan.filter((one) => parsePlan(one).ok && checkPlan(one, parcel) === undefined);

function run(input: JsonObject, { operations }: Plan) {
  const context = { isDeclared: (path: string) => isDeclared(parcel.jsonSchema, segmentsOf(path)) };
  return compilePlan({ operations }, context).apply(input, new Set(['']));
}

/** A field that is reshaped in several steps has to be mended by them: then it is left alone. */
function reshapesOnce({ operations }: Plan): boolean {
  const paths = operations.flatMap((one) => ('path' in one ? one.path : []));
  return paths.every((path, at) =>
    paths.every((other, later) => later <= at || !(covers(path, other) || covers(other, path))),
  );
}

describe('any plan on lists within lists and on names that need escapes', () => {
  it('invents nothing and loses nothing, as the independent checker proves', () => {
    let changed = 0;
    fc.assert(
      fc.property(event, permitted, (input, one) => {
        const result = run(input, one);
        if (!result.ok) return;
        if (JSON.stringify(result.value) !== JSON.stringify(input)) changed++;
        expect(checkProvenance(input, one, result.value, parcel)).toBeUndefined();
      }),
      { numRuns: 4000 },
    );
    expect(changed).toBeGreaterThan(100);
  });

  it('twice equals once', () => {
    let changed = 0;
    fc.assert(
      fc.property(event, permitted.filter(reshapesOnce), (input, one) => {
        const once = run(input, one);
        if (!once.ok) return;
        if (JSON.stringify(once.value) !== JSON.stringify(input)) changed++;
        expect(run(once.value, one)).toEqual(once);
      }),
      { numRuns: 4000 },
    );
    expect(changed).toBeGreaterThan(100);
  });

  it('a text put anywhere that the event does not hold is not proven', () => {
    fc.assert(
      fc.property(event, permitted, fc.constantFrom('top', '__proto__', 'größe'), (input, one, name) => {
        const result = run(input, one);
        if (!result.ok) return;
        const added: JsonObject = Object.fromEntries([...Object.entries(result.value), [name, 'by nobody']]);
        expect(checkProvenance(input, one, added, parcel)).toBeDefined();
      }),
      { numRuns: 1000 },
    );
  });
});
