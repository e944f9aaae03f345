import { expect, it } from 'vitest';
import { isTextAbout, saysAt } from '../../src/erase/meant.ts';
import { parseExact } from '../../src/model/exact-json.ts';

const ada = { path: '/customer/email', text: 'ada@example.com' };

it.each([
  [true, ada, '{"customer":{"email":"ada@example.com"}}'],
  [true, ada, '{"customer":{"email":"ada\\u0040example.com"}}'],
  [false, ada, '{"customer":{"email":"Ada@example.com"}}'],
  [false, ada, '{"customer":"ada@example.com"}'],
  [true, { path: '/items/*/to', text: 'x' }, '{"items":[{"to":"y"},{"to":"x"}]}'],
  [true, { path: '/id', text: '820982911946154508' }, '{"id":820982911946154508}'],
  [true, { path: '/id', text: '7' }, '{"id":"7"}'],
  [true, { path: '/id', text: '7.50' }, '{"id":7.50}'],
  [false, { path: '/id', text: '7' }, '{"id":70}'],
  [true, { path: '/a~1b', text: 'x' }, '{"a/b":"x"}'],
  [false, { path: '/constructor', text: 'x' }, '{}'],
])('a field says it: %s of %o in %s', (is, where, event) => {
  expect(saysAt(parseExact(event), where)).toBe(is);
});

it.each([
  // The field has drifted, which is why the event failed.
  [true, ada, '{"Customer":{"mail":"ada@example.com"}}'],
  [true, ada, '{"event":{"customer":{"email":"ada@example.com"}}}'],
  [true, ada, 'no JSON, but of ada@example.com'],
  [false, { path: '/id', text: '4711' }, '{"amount":4711}'],
  [false, { path: '/country', text: 'DE' }, '{"currency":"DE"}'],
  [true, { path: '/id', text: '4711' }, '{"event":{"id":4711}}'],
  [false, { path: '/id', text: '4711' }, 'no JSON 4711'],
])('a failed event is meant: %s by %o of %s', (is, where, event) => {
  expect(isTextAbout(event, where)).toBe(is);
});
