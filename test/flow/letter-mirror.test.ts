import { afterEach, expect, it } from 'vitest';
import { indexPrefix } from '../../src/dead-letter/index-key.ts';
import { createDeadLetters } from '../../src/dead-letter/store.ts';
import { freeLeases } from '../../src/engine/lease.ts';
import { LetterMirror } from '../../src/flow/letter-mirror.ts';
import type { LetterRow, LetterTable } from '../../src/load/letter-table.ts';
import type { UnrecoverableEvent } from '../../src/model/event.ts';
import { createLogger } from '../../src/support/log.ts';
import { memoryState } from '../../src/testing/memory-state.ts';
import { until } from '../helpers/until.ts';

const failed = (id: string): UnrecoverableEvent => ({
  request_id: id,
  received_at: 1,
  source: 'shop',
  contract: 'order',
  version: '1.0.0',
  signature: 'abc',
  violations: [],
  raw: '{"email": "ada@example.com", "amount": 1.50}',
  reason: 'spam',
  code: 'unrepairable',
  attempts: [],
});

/** A table in memory, which is away while `down`. */
function table() {
  const rows = new Map<string, LetterRow>();
  const control = { down: false, refused: '' };
  const answer = <T>(work: () => T) =>
    control.down ? Promise.reject(new Error('away')) : Promise.resolve(work());
  const it: LetterTable = {
    write: async (letters, gone) =>
      answer(() => {
        if (letters.some(({ id }) => id === control.refused)) throw new Error('no such character');
        for (const id of gone) rows.delete(id);
        for (const row of letters) rows.set(row.id!, row);
      }),
    known: ({ after, limit }) =>
      answer(() =>
        [...rows.values()]
          .map((row) => ({ id: row.id!, version: row.letter_version! }))
          .filter(({ id }) => id > after)
          .toSorted((a, b) => (a.id < b.id ? -1 : 1))
          .slice(0, limit),
      ),
  };
  return { it, rows, control };
}

type Parts = ConstructorParameters<typeof LetterMirror>[0];
const mirrorOf = (parts: Pick<Parts, 'table' | 'state' | 'letters'> & Partial<Parts>) =>
  new LetterMirror({
    contracts: { get: () => undefined },
    leases: freeLeases,
    log: createLogger({ level: 'silent', format: 'json' } as never),
    ...parts,
  });

let mirror: LetterMirror | undefined;
afterEach(() => mirror?.stop());

it('follows the letters: those that were there, changes, and what was missed while the destination was away', async () => {
  const state = memoryState();
  const letters = createDeadLetters(state);
  const { it, rows, control } = table();
  const start = () =>
    mirrorOf({ table: it, state, letters, contracts: { get: () => ({ pii: ['/email'] }) } });
  await letters.keep([failed('a'), failed('b')]);
  mirror = start();
  await until(async () => rows.size === 2);
  expect(rows.get('a')).toMatchObject({
    status: 'open',
    event: '{"email":"•••","amount":1.5}',
    codes: '[]',
  });

  await letters.discard('a', 'spam');
  await letters.keep([failed('c')]);
  await until(async () => rows.get('a')?.status === 'discarded' && rows.has('c'));
  expect(rows.get('a')!.settled_at).not.toBeNull();

  await mirror.stop();
  await letters.startReplay('b');
  control.down = true;
  mirror = start();
  await letters.keep([failed('d')]);
  control.down = false;
  await until(async () => rows.get('b')?.status === 'replaying' && rows.has('d'));
  expect([...rows.keys()].toSorted()).toEqual(['a', 'b', 'c', 'd']);
});

it('a letter that the table can not hold keeps no other one out', async () => {
  const state = memoryState();
  const letters = createDeadLetters(state);
  const { it, rows, control } = table();
  control.refused = 'b';
  await letters.keep(['a', 'b', 'c'].map(failed));
  mirror = mirrorOf({ table: it, state, letters });
  await until(async () => rows.has('a') && rows.has('c'));
  expect(rows.has('b')).toBe(false);
});

it('follows letters whose index entry is of a version before 0.3, and says when the table is behind', async () => {
  const state = memoryState();
  const letters = createDeadLetters(state);
  const { it, rows, control } = table();
  await letters.keep([failed('a'), failed('b')]);
  const [entry] = await state.list(indexPrefix, { limit: 1 });
  await state.put(entry!.key, 1);
  control.refused = 'a';
  mirror = mirrorOf({ table: it, state, letters });
  await until(() => mirror!.trouble()?.error === 'no such character' && rows.has('b'));
  control.refused = '';
  await until(() => mirror!.trouble() === undefined && rows.has('a'), 10_000);
});
