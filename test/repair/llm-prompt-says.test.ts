import { describe, expect, it } from 'vitest';
import { contractFromJsonSchema } from '../../src/contracts/json-schema/compile.ts';
import type { Json, JsonObject } from '../../src/model/json.ts';
import type { Operation } from '../../src/model/plan.ts';
import { parsePlan } from '../../src/repair/plans/parse-plan.ts';
import { openingMessages } from '../../src/repair/healers/llm/prompt.ts';
import { failureOf } from '../helpers/healing.ts';

const status = { enum: ['in_transit', 'delivered', 'lost'] };
const text = { type: 'string' };
const contractWith = (properties: JsonObject) =>
  contractFromJsonSchema({
    'x-contract': { name: 'parcel', version: '1.0.0' },
    type: 'object',
    properties: { ref: text, ...properties },
    required: ['ref', ...Object.keys(properties)],
  });

interface Shown {
  violations: { path: string; allowed?: Json[] }[];
  valid_shapes?: JsonObject[];
}

function shown(properties: JsonObject, event: JsonObject, valid: JsonObject[] = []) {
  const failure = failureOf({ ref: 'a', ...event }, contractWith(properties));
  const [system, user] = openingMessages(failure, { shareValues: false, valid });
  return { told: system!.content, text: user!.content, document: JSON.parse(user!.content) as Shown };
}

describe('the prompt says what a map may make', () => {
  it.each<[string, JsonObject, JsonObject, string]>([
    ['a word that is none', { status }, { status: 'roaming' }, '/status'],
    ['a field that is missing', { status }, { state: 'LOST' }, '/status'],
    [
      'a field of an object',
      { leg: { type: 'object', properties: { status }, required: ['status'] } },
      { leg: { status: 'x' } },
      '/leg/status',
    ],
    [
      'an element of a list',
      { legs: { type: 'array', items: { type: 'object', properties: { status } } } },
      { legs: [{ status: 'x' }] },
      '/legs/*/status',
    ],
  ])('for %s', (_, properties, event, path) => {
    const { violations } = shown(properties, event).document;
    expect(violations).toContainEqual(expect.objectContaining({ path, allowed: status.enum }));
  });

  it('nothing for a place where the contract lists no words', () => {
    expect(shown({ note: text }, { note: 5 }).document.violations[0]).not.toHaveProperty('allowed');
  });
});

describe('the prompt shows how the sender wrote it before', () => {
  it.each<[string, JsonObject[], number]>([
    ['one event', [{ ref: 'canary-1', status: 'lost' }], 1],
    [
      'two events of one shape once',
      [
        { ref: 'canary-1', status: 'lost' },
        { ref: 'canary-2', status: 'lost' },
      ],
      1,
    ],
    [
      'at most three shapes',
      [1, 2, 3, 4, 5].map((n) => ({ ref: 'canary-1', [`extra_${'x'.repeat(n)}`]: n })),
      3,
    ],
  ])('%s, without values', (_, valid, count) => {
    const { document, text: sent } = shown({ status }, { state: 'gone' }, valid);
    expect(document.valid_shapes).toHaveLength(count);
    expect(sent).not.toContain('canary');
  });

  it('and says nothing of it when there was none', () => {
    expect(shown({ status }, { state: 'gone' }).document).not.toHaveProperty('valid_shapes');
  });
});

const operations = [
  ...(['move', 'copy', 'remove', 'cast', 'split', 'split_unit', 'join', 'map', 'parse'] as const),
  ...(['list', 'unlist', 'wrap', 'unwrap', 'trim', 'upper', 'lower'] as const),
] satisfies Operation['op'][];

describe('the prompt tells once', () => {
  const { told } = shown({ status }, { state: 'gone' });

  it.each(operations)('of the operation %s', (name) => expect(told).toContain(`"op":"${name}"`));

  it.each([
    ['in which order they are applied', /applied in the order you give/],
    ['the patterns of dates', /YYYY MM DD HH mm ss SSS[^]*MMM[^]*hh with A/],
    ['the patterns of numbers', /1,234\.56[^]*1\.234,56/],
    ['seconds from milliseconds', /unix \(ten digits\)[^]*unix_ms \(thirteen\)/],
    ['where a zone is to come from', /zone_from[^]*without such a field, refuse/],
    ['an example with its answer', /A right answer:\n\{"operations":\[\{"op":"move"/],
    ['that a reason is wanted', /"reason":"<one sentence: what in the names/],
  ])('%s', (_, what) => expect(told).toMatch(what));

  it.each([
    'a unit or scale',
    'a negation',
    'another time of the value',
    'another party',
    'another kind of money',
    'a plural that counts',
    'another status',
    'free text',
    'a record of a deletion',
  ])('that %s changes the meaning', (what) => {
    expect(told.slice(told.indexOf('These change the meaning'))).toContain(`\n- ${what}`);
  });

  it('an example that the plan language can read', () => {
    const [, line] = /A right answer:\n(.*)\n/.exec(told)!;
    const { operations } = JSON.parse(line!) as { operations: JsonObject[] };
    const bare = operations.map((each) =>
      Object.fromEntries(Object.entries(each).filter(([, value]) => value !== null)),
    );
    expect(parsePlan({ operations: bare })).toMatchObject({ ok: true });
  });
});
