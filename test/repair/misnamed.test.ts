import { z } from 'zod';
import { beforeEach, describe, expect, it } from 'vitest';
import { defineContract } from '../../src/contracts/zod/define.ts';
import { contractFromJsonSchema } from '../../src/contracts/json-schema/compile.ts';
import { ContractRegistry } from '../../src/contracts/registry.ts';
import { type Shape, schemaOf } from '../../bench/drift/shape.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { heuristicsHealer } from '../../src/repair/healers/heuristics/index.ts';
import { type RuleStore, openRuleStore } from '../../src/repair/rules/store.ts';
import { memoryState } from '../../src/testing/memory-state.ts';
import { validateWhole } from '../../src/repair/plans/whole.ts';
import { checkEvent } from '../../src/testing/check-event.ts';
import { type Again, createValidate } from '../../src/validate/stage.ts';
import { failureOf, silent } from '../helpers/healing.ts';

const fields: Shape = {
  order_ref: 'string',
  'coupon_code?': 'string',
  'amount?': 'number',
  'note?': 'string | null',
  'shipping?': { 'street?': 'string', 'city?': 'string', 'geo?': { 'lat?': 'number' } },
  'customer?': { 'email?': 'string' },
  'user?': { 'name?': 'string' },
  'lines?': [{ sku: 'string', 'unit_price?': 'number', 'tax?': { 'rate?': 'number' } }],
};
const order = contractFromJsonSchema({
  'x-contract': { name: 'order', version: '1.0.0', aliases: { '/coupon_code': ['voucher'] } },
  ...schemaOf(fields),
});

const contracts = new ContractRegistry();
contracts.register(order);

let rules: RuleStore;
beforeEach(async () => {
  rules = await openRuleStore(memoryState(), {
    ttlDays: 7,
    contracts: { get: () => order },
    log: silent,
  });
});

/** The validator's verdict, and where it is no row, what the heuristics make of the event, whose plan becomes a rule. */
async function load(sent: JsonObject, comesAgain?: Again): Promise<[by: string, value?: JsonObject]> {
  const validate = createValidate({
    contracts,
    rules,
    choice: { sources: {}, defaultContract: 'order', unknownVersion: 'dead_letter' },
  });
  const event = { order_ref: 'a', ...sent };
  const verdict = validate(event, { requestId: 'r', receivedAt: 0, source: 'shop' }, comesAgain);
  if (verdict.kind === 'valid' || verdict.kind === 'repaired') return [verdict.kind, verdict.value];
  const failure = failureOf(event, order);
  const proposal = await heuristicsHealer().propose(failure, new AbortController().signal);
  if (proposal.kind === 'refused') return ['nobody'];
  await rules.learn({ ...proposal, failure, origin: 'heuristic', approval: 'auto' });
  const again = validate({ ...event }, { requestId: 'r', receivedAt: 0, source: 'shop' });
  return ['healer', again.kind === 'repaired' ? again.value : undefined];
}

describe('a valid event whose optional field stands elsewhere is repaired', () => {
  it.each<[string, JsonObject, JsonObject]>([
    ['in another spelling', { Coupon_Code: 'X' }, { coupon_code: 'X' }],
    ['under an alias', { voucher: 'X' }, { coupon_code: 'X' }],
    ['misspelt', { cuopon_code: 'X' }, { coupon_code: 'X' }],
    ['in short', { amt: 3 }, { amount: 3 }],
    ['with a word that adds nothing', { coupon_code_value: 'X' }, { coupon_code: 'X' }],
    ['in a container that only holds the event', { data: { amount: 3 } }, { amount: 3 }],
    ['in JSON text of such a one', { payload: '{"amount":3}' }, { amount: 3 }],
    ['with another type', { Amount: '3' }, { amount: 3 }],
    ['whose place holds null', { note: null, Note: 'hi' }, { note: 'hi' }],
    ['in a declared object', { shipping: { Street: 's' } }, { shipping: { street: 's' } }],
    ['within an object that is respelled, too', { Shipping: { Street: 's' } }, { shipping: { street: 's' } }],
    ['flattened', { shipping: {}, shipping_city: 'c' }, { shipping: { city: 'c' } }],
    ['flattened, without its object', { customer_email: 'e' }, { customer: { email: 'e' } }],
    ['flattened in camel case', { shippingCity: 'c' }, { shipping: { city: 'c' } }],
    [
      'flattened beside another',
      { shippingCity: 'c', shippingStreet: 's' },
      { shipping: { city: 'c', street: 's' } },
    ],
    ['flattened as a path', { 'shipping.city': 'c' }, { shipping: { city: 'c' } }],
    ['flattened as a form does', { 'customer[email]': 'e' }, { customer: { email: 'e' } }],
    ['flattened from two levels down', { shipping_geo_lat: 1 }, { shipping: { geo: { lat: 1 } } }],
    ['flattened by one of two levels', { shipping: { geo_lat: 1 } }, { shipping: { geo: { lat: 1 } } }],
    ['flattened in a container', { data: { customerEmail: 'e' } }, { customer: { email: 'e' } }],
    [
      'flattened in a list',
      { lines: [{ sku: 'x', tax_rate: 2 }] },
      { lines: [{ sku: 'x', tax: { rate: 2 } }] },
    ],
    ['alone in a list in a container', { data: [{ amount: 3 }] }, { amount: 3 }],
    ['alone in a list, flattened', { payload: [{ shippingCity: 'c' }] }, { shipping: { city: 'c' } }],
    ['in a container that is called as the contract', { order: { amount: 3 } }, { amount: 3 }],
    ['in a list', { lines: [{ sku: 'x', unitPrice: 2 }] }, { lines: [{ sku: 'x', unit_price: 2 }] }],
    [
      'in a list that is respelled',
      { Lines: [{ SKU: 'x', unitPrice: '2' }] },
      { lines: [{ sku: 'x', unit_price: 2 }] },
    ],
  ])('%s', async (_, sent, right) => {
    expect(await load(sent)).toEqual(['healer', expect.objectContaining(right)]);
    expect(await load(sent)).toEqual(['repaired', expect.objectContaining(right)]);
    expect(await load({})).toEqual(['valid', { order_ref: 'a' }]);
  });
});

describe('or refused, when it cannot be told', () => {
  it.each<[string, JsonObject]>([
    ['its value does not fit', { Amount: 'three' }],
    ['its value has two readings', { Amount: '1,234' }],
    ['two fields have its name', { 'coupon-code': 'X', couponCode: 'Y' }],
    ['two flattened fields have its name', { shipping_city: 'X', shippingCity: 'Y' }],
    ['the name is one word, and may be two', { username: 'X' }],
    ['a word with a slip is too short to prove', { noet: 'X' }],
    ['a list holds several of it', { data: [{ amount: 3 }, { amount: 4 }] }],
    ['it is in a list that is called as the contract', { orders: [{ amount: 3 }] }],
    ['the container says that the record is gone', { type: 'order.deleted', data: { amount: 3 } }],
  ])('%s', async (_, sent) => {
    expect(await load(sent)).toEqual(['nobody']);
  });
});

describe('but it is loaded as it is', () => {
  it.each<[string, JsonObject]>([
    ['when the field is there', { coupon_code: 'Z', Coupon_Code: 'X' }],
    ['when the namesake holds nothing', { Coupon_Code: null }],
    ['when the namesake is in a container that is about something else', { metadata: { amount: 3 } }],
    ['when the flattened field is there', { shipping: { city: 'X' }, shipping_city: 'Y' }],
    ['when the name has another word in it', { user_agent_name: 'X', amount_paid: 3 }],
    ['when a similar name is a word', { mount: 3, motes: 'X' }],
    ['when other fields are undeclared', { campaign: 'x', context: { ip: '::1' } }],
  ])('%s', async (_, sent) => {
    expect((await load(sent))[0]).toBe('valid');
  });

  it('when a person has edited it so', async () => {
    expect((await load({ Coupon_Code: 'X' }, 'edited'))[0]).toBe('valid');
  });
});

it('is told as a violation that names both fields', () => {
  expect(checkEvent(order, { order_ref: 'a', Coupon_Code: 'X' })).toEqual({
    valid: false,
    violations: [
      {
        path: '/coupon_code',
        code: 'misnamed',
        message: 'Send /coupon_code under its own name: it is missing, and /Coupon_Code has its name.',
        expected: 'coupon_code',
        found: 'missing',
      },
    ],
  });
});

describe('what code of a contract puts in the place of a field', () => {
  const stay = defineContract({
    name: 'stay',
    version: '1.0.0',
    schema: z.object({
      room: z.string(),
      guests: z.int().catch(0),
      board: z.preprocess((value) => value ?? 'none', z.string()),
      nights: z.int().default(1),
    }),
  });
  const codesOf = (more: JsonObject) => {
    const checked = validateWhole(stay, { room: 'a', ...more });
    return checked.ok ? [] : checked.violations.map(({ path, code }) => `${code} ${path}`);
  };

  it('does not hide that it stands elsewhere', () => {
    expect(codesOf({})).toEqual([]);
    expect(codesOf({ Guests: 5 })).toEqual(['misnamed /guests']);
    expect(codesOf({ Board: 'x' })).toEqual(['misnamed /board']);
    expect(codesOf({ Nights: 5 })).toEqual(['misnamed /nights']);
  });

  it('may be the value from elsewhere', () => {
    const taking = defineContract({
      name: 'taking',
      version: '1.0.0',
      schema: z.preprocess(
        (event) => ({ ...(event as object), size: (event as JsonObject)['Size'] }),
        z.object({ size: z.int().optional() }),
      ),
    });
    expect(validateWhole(taking, { Size: 5 })).toMatchObject({ ok: true, value: { size: 5 } });
  });
});
