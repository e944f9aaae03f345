import { describe, expect, it } from 'vitest';
import { cast } from '../../src/repair/plans/cast.ts';
import { contractFromJsonSchema } from '../../src/contracts/json-schema/compile.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { parsePlan } from '../../src/repair/plans/parse-plan.ts';
import { tryPlan } from '../../src/repair/plans/trial.ts';
import { failureOf } from '../helpers/healing.ts';
import { shipment, shipmentWith } from './support.ts';
import { measureWork } from '../helpers/work.ts';

/** Why a plan, as any healer or import may hand it over, is not applied to an event; undefined if it is. */
function refusal(
  operations: unknown[],
  event: JsonObject = shipmentWith({ email: undefined, mail: 'a@b.example' }),
) {
  const parsed = parsePlan({ operations });
  if (!parsed.ok) return parsed.error;
  const tried = tryPlan(failureOf(event, shipment), parsed.value);
  return tried.ok ? undefined : tried.error.reason;
}

const rename = { op: 'move', from: '/mail', to: '/email' };

describe('a hostile plan is refused with a reason', () => {
  it('while the honest one passes', () => {
    expect(refusal([rename])).toBeUndefined();
  });

  it.each<[string, unknown[], string]>([
    ['a literal', [{ ...rename, value: 'a@b.example' }], 'Unrecognized key'],
    ['JSON Patch', [{ op: 'add', path: '/email', value: 'a@b.example' }], 'operations.0'],
    [
      'a literal through a map',
      [{ op: 'map', path: '/status', values: { ready: 'stolen' } }],
      'no value that the contract lists',
    ],
    [
      'a map of a free text',
      [{ op: 'map', path: '/note', values: { a: 'b' } }],
      'no value that the contract lists',
    ],
    ['a prototype', [{ op: 'move', from: '/mail', to: '/__proto__/email' }], 'prototype'],
    ['a prototype in between', [{ op: 'move', from: '/constructor/prototype', to: '/email' }], 'prototype'],
    ['the whole event', [{ op: 'move', from: '', to: '/email' }], 'JSON Pointer'],
    ['a path out of the event', [{ op: 'move', from: '/../mail', to: '/email' }], 'nothing at'],
    ['a field that the contract does not have', [{ op: 'move', from: '/mail', to: '/e' }], 'not declared'],
    ['a declared field removed', [rename, { op: 'remove', path: '/weight' }], 'declared'],
    ['a valid field overwritten', [{ op: 'move', from: '/mail', to: '/weight' }], 'there already'],
    ['a field moved into itself', [{ op: 'move', from: '/mail', to: '/mail' }], 'source'],
    [
      'what was moved away, filled again',
      [
        { op: 'move', from: '/note', to: '/email' },
        { op: 'copy', from: '/weight', to: '/note' },
      ],
      'moved away',
    ],
    [
      'parts that overlap',
      [{ op: 'split', from: '/mail', separator: '@', to: ['/receiver', '/receiver/name'] }],
      'overlap',
    ],
    ['elements read as one field', [{ op: 'move', from: '/items/*/mail', to: '/email' }], 'same number of *'],
    ['a format without end', [{ op: 'cast', path: '/due', to: 'date', format: 'D'.repeat(41) }], 'format'],
    ['more operations than any repair needs', Array.from({ length: 65 }, () => rename), 'operations'],
  ])('%s', (_, operations, reason) => {
    const refused = refusal(operations);
    expect(refused).toBeDefined();
    expect(refused).toContain(reason);
  });

  it.each([
    '(a+)+$',
    '(YYYY|MM|DD)*',
    '.*.*.*.*.*.*.*.*.*.*.*.*',
    'YYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYY',
  ])('a format that would take for ever as a pattern: %s', (format) => {
    const worked = measureWork();
    for (const text of ['a'.repeat(40), '2'.repeat(40), '1/'.repeat(20)])
      expect(cast(text, 'date', format)).toMatchObject({ ok: false });
    expect(worked()).toBeLessThan(200);
  });
});

describe('a plan that grows', () => {
  const box = { $ref: '#' };
  const recursive = contractFromJsonSchema({
    'x-contract': { name: 'box', version: '1.0.0' },
    type: 'object',
    properties: { a: box, b: box, list: { type: 'array', items: box }, text: { type: 'string' } },
    required: ['text'],
  });

  it('copies of copies of a large list stop early', () => {
    const event: JsonObject = { list: Array.from({ length: 20_000 }, (_, at) => ({ b: { x: at } })) };
    const operations = Array.from({ length: 15 }, (_, turn) => ({
      op: 'copy' as const,
      from: turn === 0 ? '/list' : `/a${'/b'.repeat(turn - 1)}/list`,
      to: `/a${'/b'.repeat(turn)}/list`,
    }));
    const worked = measureWork();
    expect(tryPlan(failureOf(event, recursive), { operations }).ok).toBe(false);
    expect(worked()).toBeLessThan(2000);
  });

  it('an operation on each element of a long list takes time in proportion', () => {
    const event: JsonObject = { list: Array.from({ length: 20_000 }, (_, at) => ({ Text: `t${at}` })) };
    const operations = [{ op: 'move' as const, from: '/list/*/Text', to: '/list/*/text' }];
    const worked = measureWork();
    expect(tryPlan(failureOf(event, recursive), { operations }).ok).toBe(false);
    expect(worked()).toBeLessThan(3000);
  });
});
