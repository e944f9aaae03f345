import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EditDryRun } from '../../src/dead-letter/dry-run.ts';
import type { Rule } from '../../src/model/rule.ts';
import { get, ingest, post, query, runCommand, settled, transaction, without } from '../helpers/sentinel.ts';
import { type ServiceHere, startHere } from '../helpers/service-here.ts';
import { bulk } from '../helpers/job.ts';
import { until } from '../helpers/until.ts';

/** Chapter 9: what a person does once, the gatekeeper does from then on; and what a person makes up stays that event's own. */
let sentinel: ServiceHere;
beforeAll(async () => {
  sentinel = await startHere();
});
afterAll(() => sentinel.stop());

const priced = (change: object = {}) => without(transaction({ price: '12.50', ...change }), 'amount');
const corrected = ({ price, ...event }: Record<string, unknown>) => ({ ...event, amount: price });
const replay = (id: string, body: object) => post(`${sentinel.url}/api/v1/dead-letters/${id}/replay`, body);
const dryRun = async (id: string, event: object) =>
  (await (await replay(id, { event, dry_run: true })).json()) as EditDryRun;
const rules = async () => (await get<{ items: Rule[] }>(`${sentinel.url}/api/v1/rules`)).items;
const sentinelCommand = (...args: string[]) =>
  runCommand(sentinel.dir, [...args, '--url', sentinel.url], { EDITOR: `${process.execPath} edit.mjs` });

interface Letter {
  id: string;
  signature: string;
  event: Record<string, unknown>;
}
const openLetters = async (source: string) =>
  (await get<{ items: Letter[] }>(`${sentinel.url}/api/v1/dead-letters?limit=1000&source=${source}`)).items;

/** That many dead letters which failed in the same way. */
async function group(source: string, events: object[]): Promise<Letter[]> {
  const response = await fetch(`${sentinel.url}/ingest/${source}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: events.map((event) => JSON.stringify(event)).join('\n'),
  });
  expect(response.status).toBe(202);
  await until(async () => (await openLetters(source)).length === events.length, 30_000);
  return openLetters(source);
}

/** What a dry run must not change, when nothing is on its way any more. */
async function everything() {
  await until(async () => {
    const stats = await get<Record<string, number>>(`${sentinel.url}/api/v1/stats`);
    const settledIn = ['loaded', 'repaired', 'duplicate', 'dead_letters', 'discarded'];
    const sum = settledIn.reduce((count, place) => count + stats[place]!, 0);
    return stats['pending'] === 0 && stats['healing'] === 0 && stats['accepted'] === sum;
  });
  const { accepted, loaded, repaired, dead_letters, pending, healing } = await get<Record<string, number>>(
    `${sentinel.url}/api/v1/stats`,
  );
  const page = await get<{ items: object[] }>(`${sentinel.url}/api/v1/dead-letters/groups`);
  // By the hour: it moves by itself.
  const groups = page.items.map((group) => ({ ...group, trend: undefined }));
  const [rows] = await query(sentinel.url, 'select count(*)::int as rows from transaction');
  return {
    stats: { accepted, loaded, repaired, dead_letters, pending, healing },
    groups,
    rows,
    rules: await rules(),
  };
}

async function expectAllLoadedOnce(source: string, ruleId: string, healers: Record<string, number>) {
  const rowsOf = `from transaction where _source = '${source}'`;
  await until(async () => {
    const [row] = await query(sentinel.url, `select count(*)::int as rows ${rowsOf}`);
    return row!['rows'] === 500;
  }, 30_000);
  const [row] = await query(
    sentinel.url,
    `select count(*)::int as rows, count(distinct event_id)::int as events, count(distinct _request_id)::int as ids,
       min(amount)::varchar as low, max(amount)::varchar as high ${rowsOf}`,
  );
  expect(row).toMatchObject({ rows: 500, events: 500, ids: 500 });
  expect(Number(row!['low'])).toBe(12.5);
  expect(Number(row!['high'])).toBe(12.5);
  const repairs = await query(
    sentinel.url,
    `select healer, rule_id, count(*)::int as count from _sentinel_repairs
       where request_id in (select _request_id ${rowsOf}) group by all`,
  );
  expect(Object.fromEntries(repairs.map(({ healer, count }) => [healer, count]))).toEqual(healers);
  expect(new Set(repairs.map(({ rule_id }) => rule_id))).toEqual(new Set([ruleId]));
  await until(async () => (await openLetters(source)).length === 0);
}

/** Uses are written once a second. */
async function expectHits(ruleId: string, hits: number) {
  const rule = () => get<Rule>(`${sentinel.url}/api/v1/rules/${ruleId}`);
  await until(async () => (await rule()).hits >= hits);
  expect(await rule()).toMatchObject({ hits, failures: 0, origin: 'person', status: 'active' });
}

describe('one edit settles a group of 500', () => {
  it('over the API: a dry run that changes nothing, then the rule and the group in one go', async () => {
    const letters = await group(
      'by-api',
      Array.from({ length: 500 }, () => priced()),
    );
    const { id, event } = letters[0]!;
    const before = await everything();

    const found = await dryRun(id, corrected(event));
    expect(found).toMatchObject({
      valid: true,
      violations: [],
      plan: { operations: [{ op: 'move', from: '/price', to: '/amount' }] },
      by_hand: [],
      learnable: true,
      fixes: {
        total: 499,
        would_repair: 499,
        in_group: 499,
        would_fail: 0,
        unaffected: 0,
        cut: false,
        contradictions: [],
      },
    });
    expect(found.fixes!.samples).toHaveLength(5);
    for (const sample of found.fixes!.samples) {
      expect(sample.before).toMatchObject({ price: '12.50' });
      expect(sample.after).toMatchObject({ amount: '12.50' });
    }
    expect(await everything()).toEqual(before);

    const response = await replay(id, { event: corrected(event), learn: true, group: true });
    expect(response.status).toBe(202);
    const answer = (await response.json()) as { rule_id: string };
    expect(answer).toMatchObject({ id, replayed: 1, group: { replaying: 499, left: 0 } });

    await expectAllLoadedOnce('by-api', answer.rule_id, { person: 1, rule: 499 });
    await expectHits(answer.rule_id, 499);
    expect(await settled(sentinel.url, id)).toMatchObject({
      status: 'repaired',
      healer: 'person',
      rule_id: answer.rule_id,
      plan: { operations: [{ op: 'move', from: '/price', to: '/amount' }] },
      by_hand: [],
      original: { price: '12.50' },
      result: { amount: '12.50' },
      dead_letter_id: id,
    });
  });

  it('over the API in two steps: trying the group counts as no use of the rule', async () => {
    const letters = await group(
      'by-steps',
      Array.from({ length: 500 }, () => priced()),
    );
    const { id, event, signature } = letters[0]!;
    const { rule_id: ruleId } = (await (
      await replay(id, { event: corrected(event), learn: true })
    ).json()) as {
      rule_id: string;
    };
    await settled(sentinel.url, id);
    const filter = { signature };
    const forecast = await post(`${sentinel.url}/api/v1/dead-letters/replay`, { filter, dry_run: true });
    expect(await forecast.json()).toMatchObject({ matched: 499, repaired: 499, would_fail: 0 });
    expect(await bulk(sentinel.url, 'replay', { filter })).toMatchObject({
      total: 499,
      done: 499,
      failed: 0,
    });
    await expectAllLoadedOnce('by-steps', ruleId, { person: 1, rule: 499 });
    await expectHits(ruleId, 499);
  });

  it('on the command line: the event in an editor, the plan in plain words, then the group', async () => {
    const letters = await group(
      'by-cli',
      Array.from({ length: 500 }, () => priced()),
    );
    const { id, event } = letters[0]!;
    await writeFile(join(sentinel.dir, 'fixed.json'), JSON.stringify(corrected(event)));
    await writeFile(
      join(sentinel.dir, 'edit.mjs'),
      `import { readFileSync, writeFileSync } from 'node:fs';
       const file = process.argv[2];
       const { price, ...event } = JSON.parse(readFileSync(file, 'utf8'));
       writeFileSync(file, JSON.stringify({ ...event, amount: price }));`,
    );
    const before = await everything();

    const tried = await sentinelCommand('dead-letters', 'fix', id, '--event', 'fixed.json', '--dry-run');
    expect(tried.err).toBe('');
    expect(tried.out).toContain('The corrected event is valid.');
    expect(tried.out).toContain('  move /price to /amount');
    expect(tried.out).toContain('it would repair 499 of 499 other open dead letters');
    expect(tried.out.match(/ {4}- \/price "12.50"\n {4}\+ \/amount "12.50"/g)).toHaveLength(5);
    const unasked = await sentinelCommand('dead-letters', 'edit', id, '--group');
    expect(unasked).toMatchObject({ code: 2, out: '' });
    expect(unasked.err).toContain('add --yes');
    expect(await everything()).toEqual(before);

    const done = await sentinelCommand('dead-letters', 'edit', id, '--group', '--yes');
    expect(done.code).toBe(0);
    expect(done.err).toContain('move /price to /amount');
    expect(done.out).toContain('499 more of its group are on their way, 0 stay');
    const ruleId = /rule (r_\w+) was learned/.exec(done.out)![1]!;
    await expectAllLoadedOnce('by-cli', ruleId, { person: 1, rule: 499 });
    await expectHits(ruleId, 499);
  });
});

describe('a value that a person made up', () => {
  it('loads for that event alone, with its mark, and makes no rule', async () => {
    const [first, second] = await group('by-hand', [
      priced({ currency: 'EURO' }),
      priced({ currency: 'EURO' }),
    ]);
    const { id, event } = first!;
    const known = await rules();
    const edited = { ...corrected(event), currency: 'USD' };

    const found = await dryRun(id, edited);
    expect(found).toMatchObject({
      valid: true,
      plan: { operations: [{ op: 'move', from: '/price', to: '/amount' }] },
      by_hand: ['/currency'],
      learnable: false,
      reason: 'the value of /currency was entered by hand',
      fixes: null,
    });
    const refused = await replay(id, { event: edited, learn: true });
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({
      code: 'not_learnable',
      detail: expect.stringContaining('/currency was entered by hand') as string,
    });

    expect((await replay(id, { event: edited })).status).toBe(202);
    expect(await settled(sentinel.url, id)).toMatchObject({
      status: 'repaired',
      healer: 'person',
      plan: { operations: [{ op: 'move', from: '/price', to: '/amount' }] },
      by_hand: ['/currency'],
    });
    const [trail] = await query(
      sentinel.url,
      `select healer, rule_id, plan, by_hand[1] as by_hand from _sentinel_repairs where request_id = '${id}'`,
    );
    expect(trail).toEqual({
      healer: 'person',
      rule_id: null,
      plan: JSON.stringify({ operations: [{ op: 'move', from: '/price', to: '/amount' }] }),
      by_hand: '/currency',
    });
    expect(await rules()).toEqual(known);
    await until(async () => (await openLetters('by-hand')).length === 1);
    expect((await openLetters('by-hand')).map((letter) => letter.id)).toEqual([second!.id]);
  });
});

it('an event that only reads otherwise, in another order and without spaces, is no edit', async () => {
  const [letter] = await group('as-it-came', [transaction({ amount: 'a lot' })]);
  const { event, id } = letter!;
  const shuffled = Object.fromEntries(Object.entries(event).toReversed());
  expect((await replay(id, { event: shuffled, force: true })).status).toBe(202);
  const sent = await get<object>(`${sentinel.url}/api/v1/dead-letters/${id}`);
  expect(sent).not.toHaveProperty('edited');
});

it('digits that JavaScript would round arrive as a person typed them', async () => {
  const [letter] = await group('digits', [transaction({ amount: 'a lot' })]);
  const text = JSON.stringify({ event: { ...letter!.event, amount: 0 } });
  const digits = '1234567890123.123456789';
  const response = await post(
    `${sentinel.url}/api/v1/dead-letters/${letter!.id}/replay`,
    text.replace('"amount":0', `"amount":${digits}`),
  );
  expect(response.status).toBe(202);
  await settled(sentinel.url, letter!.id);
  const [row] = await query(
    sentinel.url,
    `select amount::varchar as amount from transaction where _request_id = '${letter!.id}'`,
  );
  expect(row!['amount']).toMatch(new RegExp(`^${digits}0*$`));
});

describe('the dry run warns', () => {
  it('of an edited event that still breaks its contract; it is sent only by force', async () => {
    const [letter] = await group('still-broken', [transaction({ amount: 'a lot' })]);
    const edited = { ...letter!.event, amount: 'a bit' };
    expect(await dryRun(letter!.id, edited)).toMatchObject({
      valid: false,
      violations: [{ path: '/amount' }],
    });
    const refused = await replay(letter!.id, { event: edited });
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({ code: 'still_invalid', violations: [{ path: '/amount' }] });
    expect(await openLetters('still-broken')).toHaveLength(1);
    expect((await replay(letter!.id, { event: edited, force: true })).status).toBe(202);
    await until(async () => (await openLetters('still-broken')).length === 1);
  });

  it('when a person settled such an event in another way before', async () => {
    const twice = () => priced({ cost: '14.00' });
    const [first, second] = await group('in-two-minds', [twice(), twice()]);
    const { cost, ...rest } = first!.event;
    expect((await replay(first!.id, { event: { ...rest, amount: cost } })).status).toBe(202);
    await settled(sentinel.url, first!.id);
    const found = await dryRun(second!.id, corrected(second!.event));
    expect(found.fixes!.contradictions).toMatchObject([{ dead_letter_id: first!.id }]);
    expect(found.learnable).toBe(true);
  });

  it('when a rule says otherwise, which has to be disabled first', async () => {
    const twice = () => priced({ cost: '14.00' });
    const [first, second] = await group('two-rules', [twice(), twice()]);
    const { cost, ...rest } = first!.event;
    const event = { ...rest, amount: cost };
    const { rule_id: ruleId } = (await (await replay(first!.id, { event, learn: true })).json()) as {
      rule_id: string;
    };
    await settled(sentinel.url, first!.id);
    const found = await dryRun(second!.id, corrected(second!.event));
    expect(found).toMatchObject({
      learnable: false,
      fixes: { contradictions: [{ rule_id: ruleId }, { dead_letter_id: first!.id }] },
    });
    const refused = await replay(second!.id, { event: corrected(second!.event), learn: true });
    expect(await refused.json()).toMatchObject({ detail: expect.stringContaining(ruleId) as string });
  });

  it.each([
    [{ dry_run: true }, 422],
    [{ learn: true }, 422],
    [{ event: {}, group: true }, 422],
  ])('of a request that makes no sense: %j', async (body, status) => {
    const id = await ingest(sentinel.url, transaction({ amount: 'x' }), 'senseless');
    await settled(sentinel.url, id);
    expect((await replay(id, body)).status).toBe(status);
  });
});
