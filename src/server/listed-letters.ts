import type { DeadLetter } from '../model/dead-letter.ts';

/** Characters of events that a page holds, and of one that is shown whole in it. */
const mostOfPage = 1_000_000;
const mostOfOne = 64 * 1024;
/** Of one that is not. */
const head = 1000;

/** Letters as a list shows them: of a large event its beginning only, so that a page stays small. The letter itself has all. */
export function withoutLargeEvents(
  letters: readonly DeadLetter[],
): { letter: DeadLetter; eventBytes: number | undefined }[] {
  let left = mostOfPage;
  return letters.map((letter) => {
    const { edited, edit: _, repair, ...rest } = letter;
    const size = letter.raw.length + (edited?.length ?? 0) + (repair?.original.length ?? 0);
    left -= Math.min(size, mostOfOne);
    if (size <= mostOfOne && left > 0) return { letter, eventBytes: undefined };
    const raw = letter.raw.slice(0, head).toWellFormed();
    return { letter: { ...rest, raw }, eventBytes: Buffer.byteLength(letter.raw) };
  });
}
