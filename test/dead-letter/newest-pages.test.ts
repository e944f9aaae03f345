import { expect, it } from 'vitest';
import { watchDeadLetters } from '../../src/dead-letter/counts.ts';
import { indexKey, indexValue } from '../../src/dead-letter/index-key.ts';
import { listNewest } from '../../src/dead-letter/newest.ts';
import { createDeadLetters } from '../../src/dead-letter/store.ts';
import { memoryState } from '../../src/testing/memory-state.ts';

const letter = (id: string, receivedAt: number, more: { raw?: string; code?: string } = {}) => ({
  request_id: id,
  received_at: receivedAt,
  source: 'shop',
  contract: 'transaction',
  version: '1.0.0',
  signature: 'abc',
  violations: [],
  raw: '{}',
  reason: 'no healer knows a repair',
  code: 'no_repair_found',
  attempts: [],
  ...more,
});

it('a page with the place of a letter that has changed meanwhile is not the last one', async () => {
  const state = memoryState();
  const letters = createDeadLetters(state);
  const ids = ['1', '2', '3', '4', '5'];
  await letters.keep(ids.map((id) => letter(id, Number(id))));
  const changed = (await letters.get('4'))!;
  await letters.discard('4', 'useless');
  // As after a crash between the letter and its old entry.
  await state.put(indexKey(changed), indexValue(changed));
  const deadLetters = await watchDeadLetters(state, letters);
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listNewest({ letters, deadLetters }, {}, { limit: 2, cursor });
    found.push(...page.items.map(({ id }) => id));
    cursor = page.next;
  } while (cursor !== undefined);
  deadLetters.close();
  expect(found).toEqual(['5', '3', '2', '1']);
});

it('letters of which the text is an id come first, and once; the others that hold it follow', async () => {
  const state = memoryState();
  const letters = createDeadLetters(state);
  const texts = [
    '{"order":"A-1001"}',
    '{"note":"of A-100"}',
    '{"order":{"no":"A-100"}}',
    '{"order":"a-100"}',
  ];
  await letters.keep(texts.map((raw, at) => letter(String(at), texts.length - at, { raw })));
  const deadLetters = await watchDeadLetters(state, letters);
  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await listNewest({ letters, deadLetters }, { q: 'A-100' }, { limit: 2, cursor });
    pages.push(page.items.map(({ id }) => id));
    cursor = page.next;
  } while (cursor !== undefined);
  deadLetters.close();
  expect(pages.flat()).toEqual(['2', '3', '0', '1']);
  expect(pages[0]).toEqual(['2', '3']);
});

it('a list by code reads no letters of other codes, but those whose entries an older version wrote', async () => {
  const state = memoryState();
  const letters = createDeadLetters(state);
  const codes = ['a', 'b', 'a', 'b', 'a'.repeat(100)];
  await letters.keep(codes.map((code, at) => letter(String(at), at, { code })));
  const older = { 0: [0, 0, 0, ''], 1: [1, 0, 0] };
  for (const [id, value] of Object.entries(older)) await state.put(indexKey((await letters.get(id))!), value);
  const deadLetters = await watchDeadLetters(state, letters);
  const read: string[] = [];
  const counted = { get: (id: string) => (read.push(id), letters.get(id)) };
  const { items } = await listNewest({ letters: counted, deadLetters }, { code: 'a' }, { limit: 10 });
  deadLetters.close();
  expect(items.map(({ id }) => id)).toEqual(['2', '0']);
  expect(read).toEqual(['4', '2', '1', '0']);
});
