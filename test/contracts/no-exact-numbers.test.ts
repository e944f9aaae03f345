import { expect, it } from 'vitest';
import contract from '../../src/demo/contracts/shipment.ts';
import { exactNumbersExist } from '../../src/model/exact-number.ts';

it('contracts make no exact numbers, so that no clean event is searched for them', () => {
  expect(contract.name).toBe('shipment');
  expect(exactNumbersExist()).toBe(false);
});
