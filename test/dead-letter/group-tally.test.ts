import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { groupTally } from '../../src/dead-letter/group-tally.ts';
import { idHash, idHashes } from '../../src/dead-letter/id-values.ts';

const hour = 3_600_000;

it('is what counting anew would give, whatever comes and goes', () => {
  const change = fc.record({
    id: fc.integer({ min: 0, max: 9 }).map(String),
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
          expect(tally.add(id, at, idHashes(JSON.stringify({ id: `${id}-${at}` })))).toBe(!plain.has(id));
          plain.set(id, at);
        }
        if (look) tally.span();
      }
      expect(new Map(tally.letters())).toEqual(plain);
      for (const [id, at] of plain) expect([...tally.withId(idHash(`${id}-${at}`))]).toContainEqual([id, at]);
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
