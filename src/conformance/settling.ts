import { expect } from './expect.ts';
import type { LetterEntry, Row } from '../load/destination.ts';
import { type Promised, Subject, type Suite, payments, row, testEach } from './subject.ts';

/** How each event ends, once: rows and entries against each other. */
export function settlingConformance(suite: Suite): void {
  suite.describe('settling', () => {
    const on = new Subject(suite, [payments]);
    testEach(suite, on, promises);
    if (suite.has('marked'))
      testEach(suite, on, [['remembers how far each queue was settled', remembersMarks]]);
  });
}

const event = (change: Partial<Row> = {}) => row({ event_id: crypto.randomUUID() }, change);
const letterOf = ({ requestId }: Row, round = 0): LetterEntry => ({ requestId, round });
const at = (same: Row, round: number): Row => ({ ...same, round });

async function takesRowsAndEntries(on: Subject): Promise<void> {
  const [first, second, failed] = [event(), event(), event()];
  expect(await on.settle({ rows: [first, second], letters: [letterOf(failed)] })).toEqual({
    rows: ['loaded', 'loaded'],
    letters: ['written'],
  });
  expect(await on.rows('payments')).toHaveLength(2);
  if (on.has('counts'))
    expect(await on.destination.counts()).toMatchObject({ loaded: 2, repaired: 0, duplicate: 0 });
}

async function letsRowsStand(on: Subject): Promise<void> {
  const one = event();
  expect(await on.rowsOf(one)).toEqual(['loaded']);
  expect(await on.lettersOf(letterOf(one), letterOf(one, 3))).toEqual(['already row', 'already row']);
  await on.reopen([payments]);
  expect(await on.lettersOf(letterOf(one))).toEqual(['already row']);
  expect(await on.rowsOf(one, at(one, 1))).toEqual(['loaded', 'loaded']);
  expect(await on.rows('payments')).toHaveLength(1);
  if (on.has('counts'))
    expect(await on.destination.counts()).toMatchObject({ loaded: 1, repaired: 0, duplicate: 0 });
}

async function letsLettersStand(on: Subject): Promise<void> {
  const one = event();
  expect(await on.lettersOf(letterOf(one))).toEqual(['written']);
  expect(await on.rowsOf(one)).toEqual(['already letter']);
  expect(await on.lettersOf(letterOf(one))).toEqual(['written']);
  await on.reopen([payments]);
  expect(await on.rowsOf(one, event())).toEqual(['already letter', 'loaded']);
  expect(await on.lettersOf(letterOf(one))).toEqual(['written']);
  expect(await on.rows('payments')).toHaveLength(1);
}

async function letsReplaysIn(on: Subject): Promise<void> {
  const one = event();
  await on.lettersOf(letterOf(one));
  expect(await on.lettersOf(letterOf(one, 1))).toEqual(['written']);
  expect(await on.lettersOf(letterOf(one, 0))).toEqual(['already letter']);
  expect(await on.rowsOf(at(one, 0), at(one, 1))).toEqual(['already letter', 'already letter']);
  expect(await on.rowsOf(at(one, 2))).toEqual(['loaded']);
  expect(await on.lettersOf(letterOf(one, 2), letterOf(one, 1))).toEqual(['already row', 'already row']);
  expect(await on.rows('payments')).toHaveLength(1);
}

async function letsDuplicatesStand(on: Subject): Promise<void> {
  const first = event();
  const second = event({ values: first.values });
  expect(await on.rowsOf(first, second)).toEqual(['loaded', 'duplicate']);
  expect(await on.lettersOf(letterOf(second))).toEqual(['already duplicate']);
  expect(await on.rowsOf(second)).toEqual(['duplicate']);
  // The replay of an edited event may have another key.
  expect(await on.rowsOf(event({ requestId: second.requestId, round: 1 }))).toEqual(['loaded']);
  if (on.has('counts'))
    expect(await on.destination.counts()).toMatchObject({ loaded: 2, repaired: 0, duplicate: 1 });
}

async function letsALetterFollowARefusal(on: Subject): Promise<void> {
  const bad = event({ values: { event_id: 'bad', day: '2026-02-30' } });
  expect(await on.rowsOf(bad, event())).toEqual(['rejected', 'loaded']);
  expect(await on.lettersOf(letterOf(bad))).toEqual(['written']);
  expect(await on.rowsOf(event({ requestId: bad.requestId }))).toEqual(['already letter']);
}

async function ignoresTheCaseOfIds(on: Subject): Promise<void> {
  const [one, two] = [event(), event()];
  await on.settle({ rows: [one], letters: [letterOf(two)] });
  const upper = (same: Row): Row => ({ ...same, requestId: same.requestId.toUpperCase() });
  expect(await on.lettersOf(letterOf(upper(one)))).toEqual(['already row']);
  expect(await on.rowsOf(upper(two))).toEqual(['already letter']);
}

async function decidesBetweenRowAndLetter(on: Subject): Promise<void> {
  const events = Array.from({ length: 20 }, () => event());
  await Promise.all(events.map((one) => on.rowsOf(event({ requestId: one.requestId, round: 0 }))));
  const others = Array.from({ length: 20 }, () => event());
  const ends = await Promise.all(
    others.map(async (one) => {
      const [[asRow], [asLetter]] = await Promise.all([on.rowsOf(one), on.lettersOf(letterOf(one))]);
      return [asRow, asLetter].join(', ');
    }),
  );
  for (const end of ends) expect(['loaded, already row', 'already letter, written']).toContain(end);
  expect(await on.rows('payments')).toHaveLength(20 + ends.filter((end) => end.startsWith('loaded')).length);
}

async function remembersMarks(on: Subject): Promise<void> {
  const [first, second] = [event(), event()];
  expect(await on.destination.marked('q1')).toBeUndefined();
  await on.settle({ rows: [second], mark: { queueId: 'q1', newest: second.requestId } });
  await on.settle({ rows: [first], mark: { queueId: 'q1', newest: first.requestId } });
  expect(await on.destination.marked('q1')).toBe(second.requestId);
  expect(await on.destination.marked("q'2")).toBeUndefined();
  await on.settle({ mark: { queueId: "q'2", newest: first.requestId } });
  await on.reopen([payments]);
  expect(await on.destination.marked('q1')).toBe(second.requestId);
  expect(await on.destination.marked("q'2")).toBe(first.requestId);
}

const promises: Promised<Subject>[] = [
  ['takes rows and entries of different events in one go', takesRowsAndEntries],
  ['lets a row stand, whatever comes later, also after it is opened again', letsRowsStand],
  ['lets a letter stand against rows of its round, also after it is opened again', letsLettersStand],
  ['lets a replay in, and what is late for its round out', letsReplaysIn],
  ['lets a duplicate of its round stand', letsDuplicatesStand],
  ['says a refused row is refused, and lets its letter follow', letsALetterFollowARefusal],
  ['does not care in which case an id is written', ignoresTheCaseOfIds],
  ['decides between a row and a letter that come at the same time', decidesBetweenRowAndLetter],
];
