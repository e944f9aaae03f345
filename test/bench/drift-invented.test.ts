import { describe, expect, it } from 'vitest';
import { inventedLeaves } from '../../bench/drift/invented.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { Operation } from '../../src/model/plan.ts';

const invented = (received: JsonObject, repaired: JsonObject, operations: Operation[] = []) =>
  inventedLeaves(received, repaired, { operations });

describe('a leaf of a repaired event', () => {
  it.each<[string, JsonObject, JsonObject]>([
    ['moved', { Amount: 12 }, { amount: 12 }],
    ['cast from text', { amount: '12.50' }, { amount: 12.5 }],
    ['read as mail writes times', { at: 'Tue Mar 21 20:50:14 +0000 2006' }, { at: '2006-03-21T20:50:14Z' }],
    ['cast to text', { id: 100 }, { id: '100' }],
    ['read as a switch', { paid: 'True' }, { paid: true }],
    ['trimmed and in lower case', { status: ' READY ' }, { status: 'ready' }],
    ['split off', { money: '12.50 EUR' }, { amount: '12.50', currency: 'EUR' }],
    ['joined', { owner: 'octo', repo: 'hello' }, { full_name: 'octo/hello' }],
    ['joined of three', { a: '1', b: '22', c: '333' }, { abc: '1-22-333' }],
    ['parsed', { body: '{"email":"a\\u00e9@b.co"}' }, { email: 'aé@b.co' }],
    ['parsed twice', { body: '{"inner":"{\\"n\\":7}"}' }, { n: 7 }],
    ['a Unix time', { at: 1557933640 }, { at: '2019-05-15T15:20:40Z' }],
    ['a date in another order', { at: '15/05/2019 15:20:40' }, { at: '2019-05-15T15:20:40Z' }],
    ['a compact date', { at: '20190515' }, { at: '2019-05-15' }],
    ['empty', { a: '', b: [] }, { b: [''] }],
  ])('is from the event when it was %s', (_, received, repaired) => {
    expect(invented(received, repaired)).toEqual([]);
  });

  it.each<[string, JsonObject, JsonObject, string[]]>([
    ['a default', { a: 1 }, { a: 1, currency: 'EUR' }, ['/currency']],
    ['a scaled amount', { amount_cents: 1250 }, { amount: 12.5 }, ['/amount']],
    ['a sum', { net: 10, tax: 2 }, { total: 12 }, ['/total']],
    ['a switch', { a: 'no' }, { paid: true }, ['/paid']],
    ['a null', { a: 1 }, { a: 1, note: null }, ['/note']],
    ['another date', { at: '15/05/2019' }, { at: '2019-05-16' }, ['/at']],
    ['another time', { at: 1557933640 }, { at: '2019-05-15T15:20:41Z' }, ['/at']],
    ['part of a word', { name: 'Albert' }, { name: 'bert' }, ['/name']],
    ['part of a number', { amount: '12345' }, { amount: '345' }, ['/amount']],
    ['more than the parts', { a: 'octo', b: 'hello' }, { ab: 'octo/hello/world-of-words' }, ['/ab']],
    ['deep in an array', { a: [1, 2] }, { a: [{ b: 3 }] }, ['/a/0/b']],
  ])('is invented when it is %s', (_, received, repaired, paths) => {
    expect(invented(received, repaired)).toEqual(paths);
  });

  it('may be an output of a map whose input is in the event, and no other', () => {
    const map: Operation = { op: 'map', path: '/paid', values: { Y: true, N: false } };
    expect(invented({ paid: 'Y' }, { paid: true }, [map])).toEqual([]);
    expect(invented({ paid: 'Y' }, { paid: false }, [map])).toEqual(['/paid']);
  });
});
