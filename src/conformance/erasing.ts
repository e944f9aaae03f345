import { lastRound } from '../load/erasing.ts';
import { expect } from './expect.ts';
import {
  type Promised,
  Subject,
  type Suite,
  payments,
  repairedRow,
  row,
  settleRows,
  testEach,
} from './subject.ts';

/** Persons can be taken out of it. */
export function erasingConformance(suite: Suite): void {
  suite.describe('what is erased', () => {
    testEach(suite, new Subject(suite, [payments]), promises);
  });
}

const page = { limit: 100 };

async function findsTexts(on: Subject): Promise<void> {
  const rows = [
    row({ event_id: 'ada@example.com', amount: '1' }),
    row({ event_id: 'b', items: { email: 'ada@example.com' } }),
    row({ event_id: 'c' }, { extra: { email: 'ada@example.com' } }),
    row({ event_id: `d'` }),
  ];
  await settleRows(on.destination, rows);
  const { erasing } = on.destination;
  expect(await erasing.tables()).toEqual(['payments']);
  const ids = async (columns: string[], text: string) =>
    (await erasing.rows({ table: 'payments', columns, text, ...page })).map(({ requestId }) => requestId);
  const [a, b, c, d] = rows.map(({ requestId }) => requestId);
  expect(await ids(['event_id', '_extra', 'no_such_column'], 'ada@example.com')).toEqual([a, c]);
  expect(await ids(['items'], 'ada@example.com')).toEqual([b]);
  expect(await ids(['event_id'], `d'`)).toEqual([d]);
  expect(await ids(['no_such_column'], 'ada@example.com')).toEqual([]);
  const [first] = await erasing.rows({ table: 'payments', columns: ['event_id'], text: 'example', limit: 1 });
  expect(first).toEqual({ requestId: a, texts: { event_id: 'ada@example.com' } });
  const behind = { table: 'payments', columns: ['event_id', 'items'], text: 'example', after: a, ...page };
  expect((await erasing.rows(behind)).map(({ requestId }) => requestId)).toEqual([b]);
}

/** Redelivered, replayed, or as a letter. */
async function keepsThemOut(on: Subject): Promise<void> {
  const [gone, stays] = [repairedRow('r1'), repairedRow('r1')];
  const letter = row({ event_id: 'was never loaded' });
  // Its replay was loaded between the look and the erasure.
  const raced = row({ event_id: 'raced' });
  await settleRows(on.destination, [gone, stays, raced]);
  await on.lettersOf({ requestId: letter.requestId, round: 0 });
  const { erasing, find } = on.destination;
  const what = {
    rows: [{ table: 'payments', requestId: gone.requestId }],
    emptied: [],
    barred: [letter.requestId, raced.requestId],
  };
  await erasing.remove(what);
  await erasing.remove(what);
  expect(await find(gone.requestId)).toBeUndefined();
  expect((await find(stays.requestId))?.repair?.original).toEqual('{"id": 1.0}');
  for (const erased of [gone, letter, raced]) {
    const again = [erased, { ...erased, round: 1 }, { ...erased, round: lastRound - 1 }];
    for (const copy of again) expect(await on.rowsOf(copy)).toEqual(['already withdrawn']);
    expect(await on.lettersOf({ requestId: erased.requestId, round: 1 })).toEqual(['already withdrawn']);
  }
  expect((await on.destination.repairs.list({}, { limit: 9 })).items).toHaveLength(1);
  // A new event with its key is another event.
  expect(await on.load(row(gone.values))).toEqual(['loaded']);
}

async function emptiesWhatIsKeptBeside(on: Subject): Promise<void> {
  const repaired = repairedRow('r1');
  const first = row({ event_id: 'x', amount: '1' });
  const changed = row({ event_id: 'x', amount: '2' });
  await settleRows(on.destination, [repaired, first]);
  await settleRows(on.destination, [changed]);
  const { erasing, find } = on.destination;
  const holders = async (of: 'repairs' | 'repeats', text: string) =>
    (await erasing.originals({ of, text, ...page })).map(({ requestId }) => requestId);
  expect(await holders('repairs', '"id"')).toEqual([repaired.requestId]);
  if (on.has('repeats')) expect(await holders('repeats', '"x"')).toEqual([changed.requestId]);
  await erasing.remove({ rows: [], emptied: [repaired.requestId, changed.requestId], barred: [] });
  expect(await find(repaired.requestId)).toMatchObject({ status: 'repaired', repair: { original: '' } });
  expect(await holders('repairs', '"id"')).toEqual([]);
  expect(await holders('repeats', '"x"')).toEqual([]);
  expect((await find(changed.requestId))?.status).toEqual('duplicate');
  expect((await find(first.requestId))?.status).toEqual('loaded');
}

const promises: Promised<Subject>[] = [
  ['is found in columns, JSON and undeclared fields, page by page', findsTexts],
  ['does not come back, and is erased twice as well as once', keepsThemOut],
  ['leaves rows that only their originals or repeats were about', emptiesWhatIsKeptBeside],
];
