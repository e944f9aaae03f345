import { expect } from './expect.ts';
import type { LetterEntry, Row, Settlement } from '../load/destination.ts';
import { type DestinationUnderTest, type Full, type Suite, full, payments, row } from './subject.ts';

/** How each event ends, once: rows and entries against each other. */
export function settlingConformance({ describe, it, beforeEach, afterEach, open, has }: Suite): void {
  describe('settling', () => {
    let under: DestinationUnderTest;
    let destination: Full;
    beforeEach(async () => {
      under = await open();
      destination = full(under.destination);
      await destination.prepare([payments]);
    });
    afterEach(() => under.cleanup());

    const settle = async (settlement: Partial<Settlement>) => {
      const { rows, letters } = await destination.settle({ rows: [], letters: [], ...settlement });
      return { rows: rows.map(said), letters: letters.map(said) };
    };
    const said = (outcome: { status: string; as?: string }) =>
      outcome.as === undefined ? outcome.status : `${outcome.status} ${outcome.as}`;
    const rowsOf = async (...rows: Row[]) => (await settle({ rows })).rows;
    const lettersOf = async (...letters: LetterEntry[]) => (await settle({ letters })).letters;
    const event = (change: Partial<Row> = {}) => row({ event_id: crypto.randomUUID() }, change);
    const letterOf = ({ requestId }: Row, round = 0): LetterEntry => ({ requestId, round });
    const at = (same: Row, round: number): Row => ({ ...same, round });

    it('takes rows and entries of different events in one go', async () => {
      const [first, second, failed] = [event(), event(), event()];
      expect(await settle({ rows: [first, second], letters: [letterOf(failed)] })).toEqual({
        rows: ['loaded', 'loaded'],
        letters: ['written'],
      });
      expect(await under.rows('payments')).toHaveLength(2);
      if (has('counts'))
        expect(await destination.counts()).toMatchObject({ loaded: 2, repaired: 0, duplicate: 0 });
    });

    it('lets a row stand, whatever comes later, also after it is opened again', async () => {
      const one = event();
      expect(await rowsOf(one)).toEqual(['loaded']);
      expect(await lettersOf(letterOf(one), letterOf(one, 3))).toEqual(['already row', 'already row']);
      destination = full(await under.reopen());
      await destination.prepare([payments]);
      expect(await lettersOf(letterOf(one))).toEqual(['already row']);
      expect(await rowsOf(one, at(one, 1))).toEqual(['loaded', 'loaded']);
      expect(await under.rows('payments')).toHaveLength(1);
      if (has('counts'))
        expect(await destination.counts()).toMatchObject({ loaded: 1, repaired: 0, duplicate: 0 });
    });

    it('lets a letter stand against rows of its round, also after it is opened again', async () => {
      const one = event();
      expect(await lettersOf(letterOf(one))).toEqual(['written']);
      expect(await rowsOf(one)).toEqual(['already letter']);
      expect(await lettersOf(letterOf(one))).toEqual(['written']);
      destination = full(await under.reopen());
      await destination.prepare([payments]);
      expect(await rowsOf(one, event())).toEqual(['already letter', 'loaded']);
      expect(await lettersOf(letterOf(one))).toEqual(['written']);
      expect(await under.rows('payments')).toHaveLength(1);
    });

    it('lets a replay in, and what is late for its round out', async () => {
      const one = event();
      await lettersOf(letterOf(one));
      expect(await lettersOf(letterOf(one, 1))).toEqual(['written']);
      expect(await lettersOf(letterOf(one, 0))).toEqual(['already letter']);
      expect(await rowsOf(at(one, 0), at(one, 1))).toEqual(['already letter', 'already letter']);
      expect(await rowsOf(at(one, 2))).toEqual(['loaded']);
      expect(await lettersOf(letterOf(one, 2), letterOf(one, 1))).toEqual(['already row', 'already row']);
      expect(await under.rows('payments')).toHaveLength(1);
    });

    it('lets a duplicate of its round stand', async () => {
      const first = event();
      const second = event({ values: first.values });
      expect(await rowsOf(first, second)).toEqual(['loaded', 'duplicate']);
      expect(await lettersOf(letterOf(second))).toEqual(['already duplicate']);
      expect(await rowsOf(second)).toEqual(['duplicate']);
      // The replay of an edited event may have another key.
      expect(await rowsOf(event({ requestId: second.requestId, round: 1 }))).toEqual(['loaded']);
      if (has('counts'))
        expect(await destination.counts()).toMatchObject({ loaded: 2, repaired: 0, duplicate: 1 });
    });

    it('says a refused row is refused, and lets its letter follow', async () => {
      const bad = event({ values: { event_id: 'bad', day: '2026-02-30' } });
      expect(await rowsOf(bad, event())).toEqual(['rejected', 'loaded']);
      expect(await lettersOf(letterOf(bad))).toEqual(['written']);
      expect(await rowsOf(event({ requestId: bad.requestId }))).toEqual(['already letter']);
    });

    it('does not care in which case an id is written', async () => {
      const [one, two] = [event(), event()];
      await settle({ rows: [one], letters: [letterOf(two)] });
      const upper = (same: Row): Row => ({ ...same, requestId: same.requestId.toUpperCase() });
      expect(await lettersOf(letterOf(upper(one)))).toEqual(['already row']);
      expect(await rowsOf(upper(two))).toEqual(['already letter']);
    });

    it('decides between a row and a letter that come at the same time', async () => {
      const events = Array.from({ length: 20 }, () => event());
      await Promise.all(events.map((one) => rowsOf(event({ requestId: one.requestId, round: 0 }))));
      const others = Array.from({ length: 20 }, () => event());
      const ends = await Promise.all(
        others.map(async (one) => {
          const [[asRow], [asLetter]] = await Promise.all([rowsOf(one), lettersOf(letterOf(one))]);
          return [asRow, asLetter].join(', ');
        }),
      );
      for (const end of ends) expect(['loaded, already row', 'already letter, written']).toContain(end);
      expect(await under.rows('payments')).toHaveLength(
        20 + ends.filter((end) => end.startsWith('loaded')).length,
      );
    });

    if (has('marked'))
      it('remembers how far each queue was settled', async () => {
        const [first, second] = [event(), event()];
        expect(await destination.marked('q1')).toBeUndefined();
        await settle({ rows: [second], mark: { queueId: 'q1', newest: second.requestId } });
        await settle({ rows: [first], mark: { queueId: 'q1', newest: first.requestId } });
        expect(await destination.marked('q1')).toBe(second.requestId);
        expect(await destination.marked("q'2")).toBeUndefined();
        await settle({ mark: { queueId: "q'2", newest: first.requestId } });
        destination = full(await under.reopen());
        await destination.prepare([payments]);
        expect(await destination.marked('q1')).toBe(second.requestId);
        expect(await destination.marked("q'2")).toBe(first.requestId);
      });
  });
}
