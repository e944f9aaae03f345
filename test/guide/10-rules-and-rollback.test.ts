import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { get, ingest, post, query, runCommand, settled, transaction, without } from '../helpers/sentinel.ts';
import { type ServiceHere, startHere } from '../helpers/service-here.ts';
import { until } from '../helpers/until.ts';

/** Chapter 10: what a rule has done can be seen, and taken back. */
interface Repairs {
  items: { request_id: string; rule_id: string; rolled_back_at: string | null; plan: object }[];
  next: string | null;
  total?: number;
  rolled_back?: number;
  duplicates?: number;
}
interface Rollback {
  status: string;
  total: number;
  taken: number;
  samples?: object[];
}
interface Letter {
  id: string;
  status: string;
  raw: string;
  code: string;
  reason: string;
  attempts: { rule_id: string; plan: object }[];
}

let sentinel: ServiceHere;
beforeAll(async () => {
  sentinel = await startHere();
});
afterAll(() => sentinel.stop());

const api = <T>(path: string) => get<T>(`${sentinel.url}/api/v1${path}`);
const send = (path: string, body: object = {}) => post(`${sentinel.url}/api/v1${path}`, body);
const cli = (...args: string[]) => runCommand(sentinel.dir, [...args, '--url', sentinel.url]);
const drifted = (change: Record<string, unknown> = {}) =>
  without(transaction({ user_email: 'ada@example.com', ...change }), 'email');
const status = async (id: string) => (await api<{ status: string }>(`/events/${id}`)).status;

/** Sends drifted events of a source; the first teaches the rule. Returns their request ids and the rule's. */
async function repaired(source: string, count: number): Promise<{ ids: string[]; rule: string }> {
  const ids: string[] = [];
  let rule = '';
  for (let n = 0; n < count; n++) {
    const id = await ingest(sentinel.url, drifted({ description: `${source} ${n}` }), source);
    if (n === 0) rule = (await settled(sentinel.url, id)).rule_id!;
    ids.push(id);
  }
  for (const id of ids)
    expect(await settled(sentinel.url, id)).toMatchObject({ status: 'repaired', rule_id: rule });
  return { ids, rule };
}

const rolledBack = (rule: string) =>
  until(async () => (await api<Rollback>(`/rules/${rule}/rollback`)).status === 'done');

const everythingAddsUp = () =>
  until(async () => {
    type Stats = Record<string, number>;
    const { accepted, loaded, repaired, duplicate, dead_letters, discarded, pending, healing } =
      await api<Stats>('/stats');
    return accepted === loaded! + repaired! + duplicate! + dead_letters! + discarded! + pending! + healing!;
  });

describe('what a rule has done', () => {
  it('is listed by API and command line, and each event shows how it was before', async () => {
    const { ids, rule } = await repaired('audit-shop', 3);
    const list = await api<Repairs>(`/repairs?rule_id=${rule}&healer=rule&limit=1`);
    expect(list.items).toMatchObject([
      {
        request_id: ids[2],
        rule_id: rule,
        contract: 'transaction',
        source: 'audit-shop',
        rolled_back_at: null,
      },
    ]);
    const rest = await api<Repairs>(`/repairs?rule_id=${rule}&healer=rule&cursor=${list.next}`);
    expect(rest.items.map((item) => item.request_id)).toEqual([ids[1]]);
    expect(await api<Repairs>(`/rules/${rule}/events`)).toMatchObject({
      total: 3,
      rolled_back: 0,
      next: null,
    });

    const shown = await cli('rules', 'events', rule);
    expect(shown.code).toBe(0);
    for (const id of ids) expect(shown.out).toContain(id);
    const rules = await cli('rules', 'show', rule);
    expect(JSON.parse(rules.out)).toMatchObject({
      id: rule,
      status: 'active',
      hits: expect.any(Number) as number,
    });
  });

  it('is unknown for a rule that never was', async () => {
    for (const path of ['/rules/r_none/events', '/rules/r_none/rollback'])
      expect((await fetch(`${sentinel.url}/api/v1${path}`)).status).toBe(404);
    for (const body of [{}, { dry_run: true }])
      expect((await send('/rules/r_none/rollback', body)).status).toBe(404);
    expect((await send('/rules/r_none/rollback', { all: true })).status).toBe(422);
  });
});

describe('a rule that is rolled back', () => {
  it('gives its rows back: gone from the table, dead letters again, by id', async () => {
    const { ids, rule } = await repaired('wrong-shop', 5);
    const clean = await ingest(sentinel.url, transaction(), 'wrong-shop');
    await settled(sentinel.url, clean);

    const trial = (await (await send(`/rules/${rule}/rollback`, { dry_run: true })).json()) as Rollback;
    expect(trial).toMatchObject({ total: 5, samples: expect.any(Array) as object[] });
    expect(await api<{ status: string }>(`/rules/${rule}`)).toMatchObject({ status: 'active' });

    const answer = await send(`/rules/${rule}/rollback`, { reason: 'user_email is the seller' });
    expect(answer.status).toBe(202);
    await rolledBack(rule);
    expect(await api<Rollback>(`/rules/${rule}/rollback`)).toMatchObject({
      status: 'done',
      total: 5,
      taken: 5,
    });
    expect(await api<object>(`/rules/${rule}`)).toMatchObject({ status: 'disabled', disabled_by: 'person' });

    const rows = await query(
      sentinel.url,
      `select _request_id from transaction where _source = 'wrong-shop'`,
    );
    expect(rows).toEqual([{ _request_id: clean }]);
    for (const [n, id] of ids.entries()) {
      const letter = await api<Letter>(`/dead-letters/${id}`);
      expect(letter).toMatchObject({
        id,
        status: 'open',
        code: 'rolled_back',
        reason: expect.stringContaining('user_email is the seller') as string,
        attempts: [
          { rule_id: rule, plan: { operations: [{ op: 'move', from: '/user_email', to: '/email' }] } },
        ],
        violations: [{ path: '/email', code: 'required' }],
      });
      expect(JSON.parse(letter.raw)).toMatchObject({
        user_email: 'ada@example.com',
        description: `wrong-shop ${n}`,
      });
      expect(await status(id)).toBe('dead_letter');
    }
    await everythingAddsUp();

    // The audit trail stays, and says so.
    const audit = await query(
      sentinel.url,
      `select count(*) as repairs, count(rolled_back_at) as back from _sentinel_repairs where rule_id = '${rule}'`,
    );
    expect(audit).toEqual([{ repairs: 5, back: 5 }]);
  });

  it('is not applied, nor learned again, to events that come later', async () => {
    const { rule } = await repaired('later-shop', 2);
    await send(`/rules/${rule}/rollback`);
    await rolledBack(rule);
    const later = await ingest(sentinel.url, drifted(), 'later-shop');
    expect(await settled(sentinel.url, later)).toMatchObject({ status: 'dead_letter' });
    expect(await api<Letter>(`/dead-letters/${later}`)).toMatchObject({ code: 'rule_disabled' });
  });

  it('leaves events that another repair can load again, once, with that repair on record', async () => {
    const { ids, rule } = await repaired('edit-shop', 2);
    await send(`/rules/${rule}/rollback`);
    await rolledBack(rule);
    const [first, second] = ids as [string, string];
    const { raw } = await api<Letter>(`/dead-letters/${first}`);
    const event = { ...(JSON.parse(raw) as object), email: 'buyer@example.com' };
    await send(`/dead-letters/${first}/replay`, { event });
    await until(async () => (await status(first)) === 'repaired');
    expect(await api<object>(`/events/${first}`)).toMatchObject({ healer: 'person', by_hand: ['/email'] });
    expect(await status(second)).toBe('dead_letter');
    const rows = await query(sentinel.url, `select email from transaction where _request_id = '${first}'`);
    expect(rows).toEqual([{ email: 'buyer@example.com' }]);
    const { items } = await api<Repairs>(`/repairs?source=edit-shop`);
    expect(
      items.filter((item) => item.request_id === first).map((item) => item.rolled_back_at === null),
    ).toEqual([true, false]);
    await everythingAddsUp();
  });

  it('can be approved again: its dead letters are replayed, and stay', async () => {
    const { ids, rule } = await repaired('right-shop', 3);
    await send(`/rules/${rule}/rollback`);
    await rolledBack(rule);
    expect((await send(`/rules/${rule}/approve`)).status).toBe(200);
    expect((await fetch(`${sentinel.url}/api/v1/rules/${rule}/rollback`)).status).toBe(404);
    await send('/dead-letters/replay', { filter: { source: 'right-shop' } });
    for (const id of ids) await until(async () => (await status(id)) === 'repaired');
    expect(await api<Repairs>(`/rules/${rule}/events`)).toMatchObject({ total: 3, rolled_back: 3 });
    await everythingAddsUp();
  });

  it('names the duplicates of its rows, which have no row to come back to', async () => {
    const { rule } = await repaired('twice-shop', 1);
    const [row] = (await query(
      sentinel.url,
      `select event_id from transaction where _source = 'twice-shop'`,
    )) as [{ event_id: string }];
    const twin = transaction({ event_id: row.event_id });
    const dropped = await ingest(sentinel.url, twin, 'twice-shop');
    expect((await settled(sentinel.url, dropped)).status).toBe('duplicate');
    const trial = await cli('rules', 'rollback', rule, '--dry-run');
    expect(trial.out).toMatch(/^1 row by rule .* 1 event was dropped as duplicates/);
    await send(`/rules/${rule}/rollback`);
    await rolledBack(rule);
    expect(await status(dropped)).toBe('duplicate');
    // The key is free: the sender's next try loads.
    expect((await settled(sentinel.url, await ingest(sentinel.url, twin, 'twice-shop'))).status).toBe(
      'loaded',
    );
    await everythingAddsUp();
  });
});

describe('the command line', () => {
  it('counts first, asks, and then rolls back', async () => {
    const { ids, rule } = await repaired('cli-shop', 4);
    expect(await cli('rules', 'rollback', rule)).toMatchObject({
      code: 2,
      err: expect.stringContaining('--yes') as string,
    });
    expect(await status(ids[0]!)).toBe('repaired');
    const done = await cli('rules', 'rollback', rule, '--yes', '--reason', 'wrong field');
    expect(done).toMatchObject({ code: 0 });
    expect(done.out).toContain('4 rows became dead letters again');
    for (const id of ids) expect(await status(id)).toBe('dead_letter');
    const audit = await cli('audit', '--target', rule, '--json');
    expect(JSON.parse(audit.out)).toMatchObject([
      { act: 'rollback_end', actor: { id: 'local' }, counts: { taken: 4 } },
      { act: 'rollback', counts: { total: 4 } },
    ]);
  });

  it('does it without a running service, too', async () => {
    const { ids, rule } = await repaired('offline-shop', 4);
    const done = await sentinel.restart(() =>
      runCommand(sentinel.dir, ['rules', 'rollback', rule, '--yes', '--json']),
    );
    expect(JSON.parse(done!.out)).toMatchObject({ status: 'done', taken: 4 });
    for (const id of ids) expect(await status(id)).toBe('dead_letter');
    await everythingAddsUp();
  }, 60_000);
});

describe('a plan that valid events contradict', () => {
  it('makes no rule and loads nothing: user_email is not email where both came and differed', async () => {
    const valid = await ingest(sentinel.url, transaction({ user_email: 'bob@example.com' }), 'both-shop');
    await settled(sentinel.url, valid);
    const id = await ingest(sentinel.url, drifted(), 'both-shop');
    expect(await settled(sentinel.url, id)).toMatchObject({ status: 'dead_letter' });
    expect(await api<Letter>(`/dead-letters/${id}`)).toMatchObject({
      code: 'repair_contradicted',
      reason: expect.stringContaining('/user_email differs from /email') as string,
    });
    expect(await api<object>('/rules?source=both-shop')).toEqual({ items: [], next: null });
  });

  it('and what they confirm is the evidence of the rule', async () => {
    const same = transaction({ user_email: 'ada@example.com' });
    await settled(sentinel.url, await ingest(sentinel.url, same, 'same-shop'));
    const info = await settled(sentinel.url, await ingest(sentinel.url, drifted(), 'same-shop'));
    expect(await api<{ evidence: string[] }>(`/rules/${info.rule_id}`)).toMatchObject({
      evidence: expect.arrayContaining([
        'in 1 of 1 recent valid events of this sender /user_email equals /email',
      ]) as string[],
    });
  });
});

describe('a rule in memory', () => {
  it('follows what a person decides, in the thread that applies it', async () => {
    const { rule } = await repaired('follow-shop', 1);
    const outcome = async () =>
      (await settled(sentinel.url, await ingest(sentinel.url, drifted(), 'follow-shop'))).status;
    await send(`/rules/${rule}/disable`);
    await until(async () => (await outcome()) === 'dead_letter');
    await send(`/rules/${rule}/approve`);
    await until(async () => (await outcome()) === 'repaired');
  });
});

describe('a rule that a later event contradicts', () => {
  it('comes first among the rules in doubt, with what it changed in each row; a rollback settles the doubt', async () => {
    const amounts = ['1,234', '2,345'];
    const ids: string[] = [];
    for (const amount of amounts) ids.push(await ingest(sentinel.url, transaction({ amount }), 'till'));
    for (const id of ids) expect((await settled(sentinel.url, id)).status).toBe('dead_letter');
    const { raw } = await api<Letter>(`/dead-letters/${ids[0]}`);
    const event = { ...(JSON.parse(raw) as object), amount: '1.234' };
    const learned = await send(`/dead-letters/${ids[0]}/replay`, { event, learn: true, group: true });
    const { rule_id: rule } = (await learned.json()) as { rule_id: string };
    for (const id of ids) await until(async () => (await status(id)) === 'repaired');

    await settled(sentinel.url, await ingest(sentinel.url, transaction({ amount: '1,234.56' }), 'till'));
    type Rules = { items: { id: string; doubt?: object; status: string }[] };
    await until(async () => (await api<Rules>('/rules?sort=doubts&limit=1')).items[0]?.id === rule);
    const rows = await api<{ items: { changes: object[] }[] }>(
      `/rules/${rule}/events?in_doubt=true&changes=true`,
    );
    const amountOf = ({ changes }: (typeof rows.items)[0]) =>
      changes.find((change) => 'path' in change && change.path === '/amount');
    expect(rows.items.map(amountOf)).toEqual(
      expect.arrayContaining(
        amounts.map((before) => expect.objectContaining({ before, after: before.replace(',', '.') })),
      ),
    );

    const shown = await cli('rules', 'events', rule, '--in-doubt');
    expect(shown.out).toContain('/amount "2,345" → "2.345"');
    expect(shown.err).toContain('may be wrong: ');

    await send(`/rules/${rule}/rollback`, { reason: 'thousands' });
    await rolledBack(rule);
    expect(await api<object>(`/rules/${rule}`)).toMatchObject({ status: 'disabled' });
    expect(await api<object>(`/rules/${rule}`)).not.toHaveProperty('doubt');
  });
});
