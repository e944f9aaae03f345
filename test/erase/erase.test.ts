import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type RunningSentinel,
  countedStats,
  get,
  ingest,
  post,
  query,
  runCommand,
  settled,
  startProcess,
  transaction,
  without,
} from '../helpers/sentinel.ts';
import { until } from '../helpers/until.ts';

let sentinel: RunningSentinel;
beforeAll(async () => {
  sentinel = await startProcess({ config: { default_contract: 'transaction' } });
});
afterAll(() => sentinel.stop());

const person = 'grace@example.com';
const erase = (...args: string[]) =>
  runCommand(sentinel.dir, ['erase', '--where', `/email=${person}`, '--url', sentinel.url, ...args]);
/** Whatever of the person the API and the database still say. */
async function traces(): Promise<number> {
  const tables = ['"transaction"', '_sentinel_repairs', '_sentinel_duplicates', '_sentinel_dead_letters'];
  let found = 0;
  for (const table of tables) {
    const rows = await query(sentinel.url, `SELECT t::VARCHAR AS row FROM ${table} t`);
    found += rows.filter(({ row }) => String(row).includes(person)).length;
  }
  const exported = await fetch(`${sentinel.url}/api/v1/dead-letters/export`);
  return found + (await exported.text()).split(person).length - 1;
}

it('a person goes from rows, letters, originals and repeats, with a receipt, and does not come back', async () => {
  const { url } = sentinel;
  const mine = transaction({ email: person });
  const ids = {
    row: await ingest(url, mine),
    // Repaired by a rename: the original has the value under another name.
    repaired: await ingest(url, { ...without(transaction(), 'email'), user_email: person }),
    // Open: the field has drifted so far that nobody could repair it.
    letter: await ingest(url, { ...without(transaction({ currency: 'EURO' }), 'email'), contact: person }),
    other: await ingest(url, transaction()),
  };
  for (const id of Object.values(ids)) await settled(url, id);
  const repeat = await ingest(url, { ...mine, amount: 5 });
  expect((await settled(url, repeat)).status).toBe('duplicate');
  const dead = await get<{ id: string }>(`${url}/api/v1/dead-letters/${ids.letter}`);
  await until(async () => (await query(url, 'FROM _sentinel_dead_letters')).length === 1);

  const dry = await erase('--dry-run');
  expect(dry).toMatchObject({ code: 0, err: '' });
  expect(dry.out).toContain('2 rows of transaction');
  expect(dry.out).toContain('1 original of repaired rows, 1 changed repeat');
  expect(dry.out).toContain('1 dead letter');
  expect(await traces()).toBeGreaterThan(3);
  expect((await erase()).err).toContain('add --yes to go ahead');

  const done = await erase('--yes');
  expect(done.code).toBe(0);
  expect(done.out).toMatch(/^receipt erasure_[\s\S]*2 rows of transaction[\s\S]*backups/);
  expect(done.out).not.toContain(person);
  await until(async () => (await traces()) === 0);
  expect((await fetch(`${url}/api/v1/events/${ids.row}`)).status).toBe(404);
  expect((await fetch(`${url}/api/v1/dead-letters/${dead.id}`)).status).toBe(404);
  expect((await settled(url, ids.other)).status).toBe('loaded');
  expect((await settled(url, repeat)).status).toBe('duplicate');

  const audit = await get<{ items: { act: string; target: object; counts: object }[] }>(
    `${url}/api/v1/audit?act=erase`,
  );
  expect(audit.items).toHaveLength(1);
  expect(audit.items[0]).toMatchObject({ target: { path: '/email' }, counts: { rows: 2, letters: 1 } });
  expect(JSON.stringify(audit)).not.toContain(person);
  expect(JSON.stringify(sentinel.log())).not.toContain(person);
  // Erased letters have a place, so the counters add up.
  expect((await countedStats(url)).discarded).toBe(1);
  const again = await erase('--yes', '--json');
  expect(JSON.parse(again.out)).toMatchObject({ rows: 0, letters: 0, originals: 0, repeats: 0 });
});

it('asks for a pointer and a value', async () => {
  const { url } = sentinel;
  for (const where of [{ path: 'email', value: 'x' }, { path: '/email' }, { path: '/email', value: '' }])
    expect((await post(`${url}/api/v1/erase`, { where })).status).toBe(422);
  const wrong = await runCommand(sentinel.dir, ['erase', '--where', 'email']);
  expect(wrong).toMatchObject({ code: 2 });
  expect(wrong.err).toContain('/email=ada@example.com');
});
