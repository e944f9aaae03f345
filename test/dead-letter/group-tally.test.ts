import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { groupTally } from '../../src/dead-letter/group-tally.ts';
import { idHash, idHashWords, idHashes } from '../../src/dead-letter/id-values.ts';

const hour = 3_600_000;

/** Of events, of a step's messages, of messages without an event; some differ in little. */
function idOf(number: number): string {
  const uuid = `0192aaaa-bbbb-7ccc-8ddd-0000000000${String(number >> 2).padStart(2, '0')}`;
  return [uuid, `${uuid}.step`, `${uuid}.to.lake`, `m${number}`][number & 3]!;
}
const codeOf = (at: number): string | undefined =>
  at % 3 === 0 ? undefined : at % 3 === 1 ? 'rule_failed' : 'step_failed';

it('is what counting anew would give, whatever comes and goes', () => {
  const change = fc.record({
    id: fc.integer({ min: 0, max: 19 }).map(idOf),
    at: fc.integer({ min: 0, max: 30 * hour }),
    remove: fc.boolean(),
    look: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
      const tally = groupTally();
      const plain = new Map<string, number>();
      for (const { id, at, remove, look } of changes) {
        if (remove) expect(tally.remove(id)).toBe(plain.delete(id));
        else {
          const facts = {
            receivedAt: at,
            ids: idHashes(JSON.stringify({ id: `${id}-${at}` })),
            code: codeOf(at),
          };
          expect(tally.add(id, facts)).toBe(!plain.has(id));
          plain.set(id, at);
        }
        if (look) tally.span();
      }
      const { letters } = tally;
      const slots = Array.from({ length: letters.size }, (_, slot) => slot);
      expect(new Map(slots.map((slot) => [letters.id(slot), letters.receivedAt(slot)]))).toEqual(plain);
      for (const slot of slots) {
        const [id, at] = [letters.id(slot), letters.receivedAt(slot)];
        expect(letters.mayHoldId(slot, idHashWords(idHash(`${id}-${at}`))[0]!)).toBe(true);
        expect(letters.mayHoldId(slot, idHashWords(idHash(`${id}-${at + 1}`))[0]!)).toBe(false);
        const code = codeOf(at);
        expect(letters.mayHaveCode(slot, 'other')).toBe(code === undefined);
        if (code !== undefined) expect(letters.mayHaveCode(slot, code)).toBe(true);
      }
      const times = [...plain.values()];
      const { first, last, newest } = tally.span();
      expect([first, last]).toEqual([Math.min(...times), Math.max(...times)]);
      expect(plain.get(newest)).toBe(times.length === 0 ? undefined : last);
      const now = 30 * hour;
      const expected = Array.from(
        { length: 24 },
        (_, index) => times.filter((at) => Math.floor(at / hour) === 30 - 23 + index).length,
      );
      expect(tally.trend(now)).toEqual(expected);
    }),
  );
});
