import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import type { Operation } from '../../src/model/plan.ts';
import type { StoredRule } from '../../src/model/rule.ts';
import { conflictWith } from '../../src/repair/rules/conflicts.ts';

const move = (from: string, to: string): Operation => ({ op: 'move', from, to });
const conflict = (mine: Operation, event: JsonObject, theirs: Operation) =>
  conflictWith({ operations: [mine] }, event, { id: 'r', plan: { operations: [theirs] } } as StoredRule);

describe('a plan contradicts a rule', () => {
  it('when it takes another field, which is there as well, for the same one', () => {
    const event = { Amount: 5, total: 6 };
    expect(conflict(move('/total', '/amount'), event, move('/Amount', '/amount'))).toMatch('there too');
  });

  it('but not when it takes what the value holds now', () => {
    const event = { Amount: { Value: 5 } };
    expect(conflict(move('/Amount/Value', '/amount'), event, move('/Amount', '/amount'))).toBeUndefined();
  });

  it('nor when no element of the list has the field of the rule', () => {
    const event = { parcels: [{ dims_l: 1 }] };
    const rule = move('/parcels/*/dims/L', '/parcels/*/dims/l');
    expect(conflict(move('/parcels/*/dims_l', '/parcels/*/dims/l'), event, rule)).toBeUndefined();
    const both = { parcels: [{ dims_l: 1, dims: { L: 2 } }] };
    expect(conflict(move('/parcels/*/dims_l', '/parcels/*/dims/l'), both, rule)).toMatch('there too');
  });
});
