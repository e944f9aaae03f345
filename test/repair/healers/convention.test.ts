import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/model/json.ts';
import { heuristicsHealer } from '../../../src/repair/healers/heuristics/index.ts';
import { failureOf } from '../../helpers/healing.ts';
import { contract, heal, integer, moment, number, object, text } from './evidence-support.ts';

const product = contract('product', { id: text, name: text, price: number, 'stock?': integer });
const valid = { id: 'p-1', name: 'Lamp', price: 12.5, stock: 3 };

/** With the same change of every name. */
const renamed = (event: JsonObject, rename: (name: string) => string): JsonObject =>
  Object.fromEntries(Object.entries(event).map(([name, value]) => [rename(name), value]));
const capital = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

describe('one change that explains many fields', () => {
  it.each<[string, (name: string) => string]>([
    ['a prefix on all', (name) => `item_${name}`],
    ['a prefix in camel case', (name) => `item${capital(name)}`],
    ['a prefix that is short', (name) => `prd_${name}`],
    ['a suffix', (name) => `${name}__c`],
    ['the name of the contract', (name) => `product_${name}`],
    ['another word for it', (name) => `article_${name}`],
    ['a short form of its name', (name) => `prdct_${name}`],
    ['two words', (name) => `product_item_${name}`],
  ])('%s', async (_, rename) => {
    expect(await heal(product, renamed(valid, rename))).toEqual(valid);
  });

  it('also of the fields of one object, and within a neutral container', async () => {
    const stored = contract('stored', {
      shelf: text,
      product: object({ id: text, name: text, price: number }),
    });
    const { stock: _, ...inner } = valid;
    const event = { shelf: 'A', product: renamed(inner, (name) => `item_${name}`) };
    expect(await heal(stored, event)).toEqual({ shelf: 'A', product: inner });
    expect(await heal(product, { data: renamed(valid, (name) => `item_${name}`) })).toEqual(valid);
  });

  it('of an event among its own attributes', async () => {
    const cloud = contract('notice', { id: text, type: text, time: moment, source: text, 'subject?': text });
    const event = {
      cloudEventsVersion: '0.1',
      eventID: 'e-1',
      eventType: 'com.example.created',
      eventTime: '2026-11-23T20:48:31Z',
      source: '/shop',
      contentType: 'application/json',
    };
    expect(await heal(cloud, event)).toMatchObject({
      id: 'e-1',
      type: 'com.example.created',
      time: '2026-11-23T20:48:31Z',
    });
  });

  it("words of the contract's that the sender leaves out", async () => {
    const order = contract('order', {
      order_id: text,
      order_number: text,
      order_date: moment,
      total: number,
    });
    const event = { id: 'o', number: 'N1', date: '2026-11-23T20:48:31Z', total: 5 };
    const healed = await heal(order, event);
    expect(healed).toEqual({
      order_id: 'o',
      order_number: 'N1',
      order_date: '2026-11-23T20:48:31Z',
      total: 5,
    });
  });
});

describe('one change that explains little, or something else', () => {
  it.each<[string, (name: string) => string]>([
    ['of another state', (name) => `old_${name}`],
    ['that was asked for', (name) => `requested_${name}`],
    ['of another party', (name) => `billing_${name}`],
    ['that was turned down', (name) => `rejected_${name}`],
    ['of a rival', (name) => `competitor_${name}`],
    ['of another thing', (name) => `referrer_${name}`],
    ['of a sort of its own', (name) => `catalog_item_${name}`],
    ['of a parent', (name) => `parent_${name}`],
  ])('%s', async (_, rename) => {
    expect(await heal(product, renamed(valid, rename))).toMatch('missing');
  });

  it('a prefix that some fields do not bear', async () => {
    const event = { ...renamed(valid, (name) => `item_${name}`), colour: 'red', size: 4 };
    expect(await heal(product, { ...event, competitor: 'x' })).toMatchObject(valid);
    const other = { ...renamed(valid, (name) => `rival_${name}`), colour: 'red', size: 4 };
    expect(await heal(product, other)).toMatch('missing');
  });

  it('a thing that an order is not', async () => {
    const order = contract('order', { id: text, name: text, total: number });
    const fields = { id: 'o', name: 'n', total: 5 };
    expect(
      await heal(
        order,
        renamed(fields, (name) => `product_${name}`),
      ),
    ).toMatch('missing');
    expect(
      await heal(
        order,
        renamed(fields, (name) => `customer_${name}`),
      ),
    ).toMatch('missing');
    expect(
      await heal(
        order,
        renamed(fields, (name) => `purchase_${name}`),
      ),
    ).toEqual(fields);
  });

  it('the name that the sender trades under, but not what it is', async () => {
    const failed = (prefix: string) =>
      failureOf(
        renamed(valid, (name) => `${prefix}_${name}`),
        product,
      );
    const proposed = async (prefix: string) =>
      (await heuristicsHealer().propose({ ...failed(prefix), source: prefix }, new AbortController().signal))
        .kind;
    expect(await proposed('shopify')).toBe('plan');
    expect(await proposed('market')).toBe('refused');
  });

  it('two that explain as much', async () => {
    const tie = {
      ...renamed(valid, (name) => `item_${name}`),
      ...renamed(valid, (name) => `record_${name}`),
    };
    expect(await heal(product, tie)).toMatch('missing');
  });

  it('a prefix of fields of which one does not fit', async () => {
    expect(await heal(product, { item_id: 'p', item_name: 'Lamp', item_price: 'cheap' })).toMatch('/price');
  });

  it('two fields', async () => {
    const pair = contract('pair', { id: text, name: text });
    expect(await heal(pair, { item_id: 'p', item_name: 'Lamp' })).toMatch('missing');
  });
});
