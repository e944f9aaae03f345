import { describe, expect, it } from 'vitest';
import { contractFromJsonSchema } from '../../../src/contracts/json-schema/compile.ts';
import type { Json, JsonObject } from '../../../src/model/json.ts';
import { heuristicsHealer } from '../../../src/repair/healers/heuristics/index.ts';
import { failureOf, transactionWith } from '../../helpers/healing.ts';
import { measureWork } from '../../helpers/work.ts';

const healer = heuristicsHealer();

const many = (count: number, field: (at: number) => [string, Json]): JsonObject =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => field(at)));

function nested(depth: number, inner: Json): Json {
  return depth === 0 ? inner : { data: nested(depth - 1, inner) };
}

/** Every field is text and missing, or every value might be it: the most that names and values can be compared. */
const wide = contractFromJsonSchema({
  'x-contract': { name: 'wide', version: '1.0.0' },
  type: 'object',
  properties: many(200, (at) => [`account_field_${at}x`, { type: 'string', format: 'date' }]),
  required: Array.from({ length: 200 }, (_, at) => `account_field_${at}x`),
});

describe('an event that is made to cost time is answered in bounded time', () => {
  it.each<[string, JsonObject]>([
    ['thousands of fields named alike', many(5000, (at) => [`e_mail_${at}`, `a${at}@example.com`])],
    ['thousands of containers', many(3000, (at) => [`data${at}`, { email: 'a@example.com' }])],
    ['containers within containers', { data: nested(60, { email: 'a@example.com' }) }],
    ['names that are very long', { [`email_${'a_'.repeat(20_000)}`]: 'a@example.com' }],
    ['text that almost is a date', { email: '1/'.repeat(50_000) }],
    ['JSON text of many objects', { body: JSON.stringify(many(5000, (at) => [`x${at}`, { email: at }])) }],
  ])('%s', async (_, fields) => {
    const failure = failureOf(transactionWith({ email: undefined, ...fields }));
    const worked = measureWork();
    expect(await healer.propose(failure, new AbortController().signal)).toMatchObject({ kind: 'refused' });
    expect(worked()).toBeLessThan(1500);
  });

  it('hundreds of missing fields and as many that might be them', async () => {
    const event = many(400, (at) => [`field_account_${at}x_value`, '03/04/2026']);
    const worked = measureWork();
    expect(await healer.propose(failureOf(event, wide), new AbortController().signal)).toMatchObject({
      kind: 'refused',
    });
    expect(worked()).toBeLessThan(1500);
  });
});
