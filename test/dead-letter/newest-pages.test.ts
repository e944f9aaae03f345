import { expect, it } from 'vitest';
import { watchDeadLetters } from '../../src/dead-letter/counts.ts';
import { indexKey, indexValue } from '../../src/dead-letter/index-key.ts';
import { listNewest } from '../../src/dead-letter/newest.ts';
import { createDeadLetters } from '../../src/dead-letter/store.ts';
import { memoryState } from '../../src/testing/memory-state.ts';

it('a page with the place of a letter that has changed meanwhile is not the last one', async () => {
  const state = memoryState();
  const letters = createDeadLetters(state);
  const ids = ['1', '2', '3', '4', '5'];
  await letters.keep(
    ids.map((id) => ({
      request_id: id,
      received_at: Number(id),
      source: 'shop',
      contract: 'transaction',
      version: '1.0.0',
      signature: 'abc',
      violations: [],
      raw: '{}',
      reason: 'no healer knows a repair',
      code: 'no_repair_found',
      attempts: [],
    })),
  );
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
