import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import transaction from '../../contracts/v1/transaction.ts';
import { createRowMaker } from '../../src/load/row.ts';
import type { Row } from '../../src/load/destination.ts';
import { ContractRegistry } from '../../src/contracts/registry.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { createValidate } from '../../src/validate/stage.ts';
import { transactionWith } from '../helpers/healing.ts';

const contracts = new ContractRegistry();
contracts.register(transaction);
const validate = createValidate({
  contracts,
  rules: { find: () => ({ kind: 'none' }), repairExpected: () => undefined },
  choice: { sources: {}, defaultContract: 'transaction', unknownVersion: 'dead_letter' },
});
const facts = {
  requestId: '018f3c6e-0000-7000-8000-000000000000',
  receivedAt: Date.parse('2026-01-01T00:00:00Z'),
  source: 'shop',
};

function rowOf(sent: JsonObject): Row {
  const text = JSON.stringify(sent);
  const verdict = validate(JSON.parse(text) as JsonObject, facts);
  if (verdict.kind !== 'valid') throw new Error(`the event is ${verdict.kind}`);
  const { value, changed } = verdict;
  return createRowMaker(transaction)(value, { ...facts, repair: undefined, text, changed });
}

describe('a row', () => {
  it('holds the declared fields, and apart from them the others', () => {
    const row = rowOf(transactionWith({ note: { a: 1 } }));
    expect(row.extra).toEqual({ note: { a: 1 } });
    expect(row.values).toEqual(transactionWith({ amount: '12.5' }));
  });

  it('stands for its event by the text alone where nothing was filled in or coerced', () => {
    expect(rowOf(transactionWith({ amount: 12.5 })).filled).toBeUndefined();
  });

  it('says which fields the text does not have, or has otherwise', () => {
    const sent = transactionWith({ event_id: undefined, timestamp: undefined, source: undefined });
    expect(rowOf(sent).filled).toEqual({
      event_id: facts.requestId,
      timestamp: '2026-01-01T00:00:00.000Z',
      source: 'shop',
      amount: '12.5',
    });
  });

  it('holds the same as its text with what was filled in', () => {
    const field = (...values: unknown[]) => fc.constantFrom(...values);
    const changes = fc.record({
      event_id: field(
        undefined,
        '0192D0C4-9A5E-7C0B-8A10-5A6F3F1C2B3D',
        '0192d0c4-9a5e-7c0b-8a10-5a6f3f1c2b3d',
      ),
      timestamp: field(undefined, 1_700_000_000, '2026-11-23T21:48+01:00', '2026-11-23T20:48:31Z'),
      source: field(undefined, 'shop', 'other'),
      amount: field(1, '1', '+01.50', 99.99),
      description: field(undefined, null, 'a book'),
      note: field(undefined, { deep: [1] }),
    });
    fc.assert(
      fc.property(changes, (change) => {
        const { text, filled, values, extra } = rowOf(transactionWith(change));
        const told = { ...(JSON.parse(text!) as JsonObject), ...filled };
        expect(told).toEqual({ ...values, ...extra });
        const again = rowOf(transactionWith(change));
        again.releaseValues?.();
        expect(again.values).toEqual(values);
      }),
    );
  });
});
