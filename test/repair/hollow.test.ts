import { expect, it } from 'vitest';
import type { Json, JsonObject } from '../../src/model/json.ts';
import { contract, email, heal, integer, number, object, text } from './healers/evidence-support.ts';

const optional = (fields: JsonObject) => object(fields, []);
const shop = contract('product', {
  id: text,
  'images?': { type: 'array', items: optional({ url: text, alt: text }) },
  'attributes?': optional({ color: text, size: text }),
});

it.each<[Json]>([
  [{ image: [{ url: 'u' }] }],
  [{ nodes: [{ url: 'u' }] }],
  [{ count: 1, items: [{ url: 'u' }] }],
  [{ '0': { url: 'u' }, '1': { url: 'v' } }],
])('an object that has none of the fields of an element is not made one: %j', async (images) => {
  expect(await heal(shop, { id: 'a', images })).toMatch('none of its declared fields');
});

it.each<[Json]>([[[{ name: 'color', value: 'red' }]], ['{"foo":1}']])(
  'what holds none of the fields of an object is not opened as one: %j',
  async (attributes) => {
    expect(await heal(shop, { id: 'a', attributes })).toMatch('none of its declared fields');
  },
);

it('one that has a field is taken, also in another spelling', async () => {
  expect(await heal(shop, { id: 'a', images: { url: 'u' } })).toMatchObject({ images: [{ url: 'u' }] });
  expect(await heal(shop, { id: 'a', images: { Url: 'u' } })).toMatchObject({ images: [{ url: 'u' }] });
  expect(await heal(shop, { id: 'a', attributes: [{ size: 'L' }] })).toMatchObject({
    attributes: { size: 'L' },
  });
});

it.each([
  ['room_number', integer, 'rooms_number', 3],
  ['claim_no', text, 'claims_no', '5'],
  ['claim_no', text, 'no_claims', '5'],
  ['order_no', text, 'NoOrder', 'yes'],
  ['zählung', number, 'zahlung', 3],
  ['livre', text, 'livré', 'oui'],
  ['año', number, 'ano', 3],
  ['distance', number, 'raw_distance', 3],
])('%s (%j) is not %s', async (declared, schema, sent, value) => {
  const of = contract('thing', { k: text, [declared]: schema });
  expect(await heal(of, { k: 'a', [sent]: value })).toBeTypeOf('string');
});

it.each([
  ['room_number', integer, 'roomNumber', 3],
  ['sales_number', text, 'salesNumber', '5'],
  ['zählung', number, 'zaehlung', 3],
  ['prénom', text, 'prenom', 'Ann'],
  ['quantité', number, 'quantite', 3],
])('%s (%j) is %s', async (declared, schema, sent, value) => {
  const of = contract('thing', { k: text, [declared]: schema });
  expect(await heal(of, { k: 'a', [sent]: value })).toMatchObject({ [declared]: value });
});

it('what a user signs in by is no name, and a reviewer no payer', async () => {
  const account = contract('access', { id: text, user: optional({ id: text, name: text }) });
  const sent = (name: string) => heal(account, { id: 'a', user_id: 'u', user_name: name });
  expect(await sent('ann77')).toMatch('login');
  expect(await sent('Ann Lee')).toMatchObject({ user: { name: 'Ann Lee' } });
  const mailed = (name: string) => heal(contract(name, { k: text, email }), { k: 'a', user_email: 'a@x.de' });
  expect(await mailed('payment')).toMatchObject({ email: 'a@x.de' });
  expect(await mailed('purchase_order')).toMatchObject({ email: 'a@x.de' });
  expect(await mailed('payment_review')).toMatch('missing');
});
