import { expect, it } from 'vitest';
import type { DeadLetter } from '../../src/model/dead-letter.ts';
import { withoutLargeEvents } from '../../src/server/routes/dead-letters.ts';

const letter = (characters: number): DeadLetter => ({ id: 'a', raw: 'ü'.repeat(characters) }) as DeadLetter;

it('shows large events by their beginning, and no page of more than a million characters', () => {
  const [small, large] = withoutLargeEvents([letter(10), letter(100_000)]);
  expect(small).toEqual({ letter: letter(10), eventBytes: undefined });
  expect(large!.letter.raw).toBe('ü'.repeat(1000));
  expect(large!.eventBytes).toBe(200_000);
  const page = withoutLargeEvents(Array.from({ length: 200 }, () => letter(60_000)));
  expect(JSON.stringify(page).length).toBeLessThan(1_300_000);
  expect(page.filter(({ eventBytes }) => eventBytes === undefined)).toHaveLength(16);
});
