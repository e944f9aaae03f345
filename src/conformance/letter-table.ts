import { type LetterRow, letterRow, letterTable } from '../load/letter-table.ts';
import type { DeadLetter } from '../model/dead-letter.ts';
import { expect } from './expect.ts';
import { type DestinationUnderTest, type Full, type Suite, full } from './subject.ts';

const letter = (id: string, change: Partial<DeadLetter> = {}): DeadLetter => ({
  id,
  request_id: id,
  status: 'open',
  contract: 'payment',
  version: '1.0.0',
  source: `o'brien`,
  signature: 'abc',
  violations: [{ path: '/a', code: 'required', message: '', expected: 'a', found: 'missing' }],
  reason: `it's "broken"; DROP TABLE \\x`,
  code: 'unrepairable',
  attempts: [],
  raw: '{"note": "a \\u0000 and é", "big": 820982911946154508}',
  received_at: Date.UTC(2026, 0, 15),
  created_at: '2026-01-15T00:00:01.000Z',
  updated_at: '2026-01-15T00:00:02.000Z',
  replays: 0,
  ...change,
});
const rowOf = (id: string, change?: Partial<DeadLetter>): LetterRow =>
  letterRow(letter(id, change), (event) => event);

/** The table of dead letters that reports read. */
export function letterTableConformance({ describe, it, beforeEach, afterEach, open }: Suite): void {
  describe('the table of dead letters', () => {
    let under: DestinationUnderTest;
    let destination: Full;
    beforeEach(async () => {
      under = await open();
      destination = full(under.destination);
    });
    afterEach(() => under.cleanup());

    const known = async (after = '', limit = 10) =>
      (await destination.letterTable.known({ after, limit })).map(({ id, version }) => `${id} ${version}`);

    it('holds each letter once, as it was last written, and none that is gone', async () => {
      const { write } = destination.letterTable;
      await write([rowOf('a'), rowOf('b')], []);
      await write([rowOf('a'), rowOf('b')], []);
      await write([rowOf('b', { status: 'discarded', discard_reason: 'spam' }), rowOf('c')], ['a', 'never']);
      expect(await known()).toEqual(['b discarded/0/0', 'c open/0/0']);
      expect(await known('b')).toEqual(['c open/0/0']);
      expect(await known('', 1)).toEqual(['b discarded/0/0']);
      const rows = (await under.rows(letterTable)) as Record<string, string | null>[];
      const b = rows.find(({ id }) => id === 'b')!;
      expect([b['source'], b['reason'], b['discard_reason']]).toEqual([
        `o'brien`,
        `it's "broken"; DROP TABLE \\x`,
        'spam',
      ]);
      expect(rows.map((row) => row['settled_at'] === null)).toEqual(rows.map(({ id }) => id !== 'b'));
      expect(JSON.stringify(b['event'])).toContain('820982911946154508');
    });

    it('can be read whatever an event holds', async () => {
      const texts = ['\\ud800', '\\uDC00\\ud83d', '\\u0000', '\\ud83d\\ude00', '\\\\ud800', '\\\\\\ud800x'];
      await destination.letterTable.write(
        texts.map((text, at) => rowOf(String(at), { raw: `{"note":"${text}"}` })),
        [],
      );
      const rows = (await under.rows(letterTable)) as { id: string; event: unknown }[];
      const notes = rows
        .toSorted((a, b) => Number(a.id) - Number(b.id))
        .map(({ event }) => (typeof event === 'string' ? JSON.parse(event) : event) as { note: string });
      expect(notes.map(({ note }) => note)).toEqual([
        '\ufffd',
        '\ufffd\ufffd',
        '\ufffd',
        '\u{1f600}',
        '\\ud800',
        '\\\ufffdx',
      ]);
    });

    it('stays when the destination is opened again', async () => {
      await destination.letterTable.write([rowOf('a')], []);
      destination = full(await under.reopen());
      expect(await known()).toEqual(['a open/0/0']);
    });
  });
}
