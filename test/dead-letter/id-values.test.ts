import { expect, it } from 'vitest';
import { idHash, idHashWords, idHashes } from '../../src/dead-letter/id-values.ts';

const holds = (raw: string, value: string) =>
  idHashWords(idHashes(raw)).includes(idHashWords(idHash(value))[0]!);

it.each([
  ['{"order_number":"A-1001"}', 'A-1001'],
  ['{"data":{"customer":{"email":"ada@example.com"}}}', 'Ada@Example.com'],
  ['{"lines":[{"sku":"X1"},{"sku":"ABC-7"}]}', 'ABC-7'],
  ['{"id":4711}', '4711'],
  ['{"id":820982911946154508}', '820982911946154508'],
])('%s is found by %s', (raw, value) => {
  expect(holds(raw, value)).toBe(true);
});

it.each([
  ['{"at":"2026-01-15T10:30:00Z"}', '2026-01-15T10:30:00Z'],
  ['{"amount":12.5}', '12.5'],
  ['{"note":"call me at 5"}', 'call me at 5'],
  ['no JSON', 'JSON'],
])('%s is not found by %s', (raw, value) => {
  expect(holds(raw, value)).toBe(false);
});

it('keeps eight values of an event of any size, those with the name of an id first', () => {
  const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`f${at}`, `value-${at}`]));
  const raw = JSON.stringify({
    ...Object.fromEntries(Object.entries(many).slice(0, 150)),
    order_id: 'A-1',
    ...many,
  });
  expect(idHashes(raw)).toHaveLength(8 * 6);
  expect(holds(raw, 'A-1')).toBe(true);
});
