import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import type { Plan } from '../../src/model/plan.ts';
import { compileInputs, learnInputs } from '../../src/repair/rules/inputs.ts';

const none: Plan = { operations: [] };

describe('the inputs of a rule', () => {
  it.each<[string, string, boolean]>([
    ['10115 Berlin', '20095 Hamburg', true],
    ['10115 Berlin', 'Berlin 10115', false],
    ['10115 Berlin', 'Bad Homburg', false],
    ['10115 Berlin', 'London SW1A', false],
    ['10115 Berlin', '61348 Bad Homburg', false],
    ['SW1A London', 'N1 Leeds', true],
    ['Anna Lee', 'Bob Ray', true],
    ['Anna Lee', 'Agent 47', false],
  ])('a text that is split as %s: %s fits: %s', (taught, text, fits) => {
    const plan: Plan = { operations: [{ op: 'split', from: '/ort', separator: ' ', to: ['/zip', '/city'] }] };
    const inputs = learnInputs(['/ort'], plan, { ort: taught });
    expect(compileInputs(inputs)({ ort: text })).toBe(fits);
  });

  it('are remembered with the types they had', () => {
    const event: JsonObject = { qty: '2', items: [{ price: 1 }, { price: '2' }, {}], 'a/b': null };
    expect(learnInputs(['/qty', '/items/*/price', '/a~1b', '/absent'], none, event)).toEqual([
      { path: '/qty', type: 'string' },
      { path: '/items/*/price', type: 'number' },
      { path: '/items/*/price', type: 'string' },
      { path: '/a~1b', type: 'null' },
    ]);
  });

  it.each<[string, JsonObject, boolean]>([
    ['all elements have a learned type', { items: [{ price: 1 }, { price: 2.5 }] }, true],
    ['some elements have the input', { items: [{ price: 1 }, { name: 'x' }] }, true],
    ['no element has the input', { items: [{ name: 'x' }] }, false],
    ['one element has another type', { items: [{ price: 1 }, { price: '2' }] }, false],
    ['the array is empty', { items: [] }, false],
    ['it is no array', { items: { price: 1 } }, false],
    ['it is inherited', Object.create({ items: [{ price: 1 }] }) as JsonObject, false],
  ])('when %s: %j fits: %s', (_, event, fits) => {
    expect(compileInputs([{ path: '/items/*/price', type: 'number' }])(event)).toBe(fits);
  });

  it('always fit the event they were learned from, when they exist there', () => {
    fc.assert(
      fc.property(fc.object({ maxDepth: 3, withNullPrototype: false }), (object) => {
        const event = JSON.parse(JSON.stringify(object)) as JsonObject;
        const paths = Object.keys(event).map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
        expect(compileInputs(learnInputs(paths, none, event))(event)).toBe(true);
      }),
    );
  });
});
