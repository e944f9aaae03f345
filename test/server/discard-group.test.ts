import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeadLetter, DeadLetterGroup } from '../../src/model/dead-letter.ts';
import { type RunningSentinel, get, post, query, startProcess, transaction } from '../helpers/sentinel.ts';
import type { Job } from '../../src/model/job.ts';
import { bulk, ended, jobOf, order } from '../helpers/job.ts';
import { until } from '../helpers/until.ts';

let sentinel: RunningSentinel;
const api = (path: string) => `${sentinel.url}/api/v1${path}`;

const stats = () => get<Record<string, number>>(api('/stats'));
const lettersOf = async (query: string) =>
  (await get<{ items: DeadLetter[] }>(api(`/dead-letters?limit=1000&${query}`))).items;
const groupsOf = async (source: string) =>
  (await get<{ items: DeadLetterGroup[] }>(api(`/dead-letters/groups?source=${source}`))).items;
const discard = (body: object) => bulk(sentinel.url, 'discard', body);
async function forecast(filter: object): Promise<{ dry_run: boolean; matched: number; as_of: string }> {
  const response = await post(api('/dead-letters/discard'), { filter, dry_run: true });
  expect(response.status).toBe(200);
  return (await response.json()) as { dry_run: boolean; matched: number; as_of: string };
}

/** Sends as many events that fail in one way, and waits for their group. */
async function spam(source: string, count: number, change: object = { amount: 'much' }): Promise<string> {
  const before = (await groupsOf(source)).reduce((sum, group) => sum + group.count, 0);
  for (let left = count; left > 0; left -= 1000) {
    const events = Array.from({ length: Math.min(left, 1000) }, () => transaction({ ...change }));
    expect((await post(`${sentinel.url}/ingest/${source}`, events)).status).toBe(202);
  }
  await until(async () => {
    const groups = await groupsOf(source);
    return groups.reduce((sum, group) => sum + group.count, 0) === before + count;
  }, 60_000);
  return (await groupsOf(source))[0]!.signature;
}

beforeAll(async () => {
  sentinel = await startProcess();
});
afterAll(() => sentinel.stop());

describe('POST /api/v1/dead-letters/discard', () => {
  it('counts first, then discards that many with one reason, and leaves all others', async () => {
    const signature = await spam('spammer', 230);
    await spam('shop', 2);
    const { dead_letters: before = 0, discarded: gone = 0 } = await stats();
    const filter = { signature };
    const trial = await forecast(filter);
    expect(trial).toEqual({ dry_run: true, matched: 230, as_of: trial.as_of });
    expect((await stats())['dead_letters']).toBe(before);

    // Comes after it was counted.
    await spam('spammer', 1);
    const answer = await discard({ filter, reason: ' spam of one sender ', as_of: trial.as_of });
    expect(answer).toMatchObject({
      kind: 'discard',
      state: 'done',
      total: 230,
      done: 230,
      failed: 0,
      filter,
      reason: 'spam of one sender',
      as_of: trial.as_of,
      actor: { id: 'local' },
    });
    expect(await get<{ items: Job[] }>(api('/jobs?state=done'))).toMatchObject({ items: [answer] });
    await until(async () => (await stats())['discarded'] === gone + 230);
    expect((await stats())['dead_letters']).toBe(before - 230 + 1);
    await until(async () => (await lettersOf('source=spammer&status=discarded')).length === 230);
    const letters = await lettersOf('source=spammer&status=discarded');
    expect(new Set(letters.map((one) => one.discard_reason))).toEqual(new Set(['spam of one sender']));
    const reported = async () =>
      query(
        sentinel.url,
        `select status, count(*) as letters from _sentinel_dead_letters where source = 'spammer' group by 1 order by 1`,
      );
    await until(async () => (await reported()).length === 2);
    expect(await reported()).toEqual([
      { status: 'discarded', letters: expect.anything() },
      { status: 'open', letters: expect.anything() },
    ]);
    const [first] = letters;
    expect(await get(api(`/events/${first!.request_id}`))).toMatchObject({ status: 'discarded' });
    expect(await groupsOf('spammer')).toMatchObject([{ signature, count: 1 }]);
    expect(await groupsOf('shop')).toMatchObject([{ count: 2 }]);
    // A second call takes what came since, and a third has nothing to do.
    expect(await discard({ filter, reason: 'spam' })).toMatchObject({ done: 1 });
    expect(await discard({ filter, reason: 'spam' })).toMatchObject({ total: 0, done: 0, state: 'done' });
  });

  it('takes what a filter leaves, by text, code and time', async () => {
    await spam('narrow', 3);
    await spam('narrow', 1, { amount: 'plenty' });
    const [, second] = await lettersOf('source=narrow&q=much');
    const source = 'narrow';
    const received = new Date(second!.received_at).toISOString();
    const counted = async (filter: object) => (await forecast({ source, ...filter })).matched;
    expect(await counted({ q: 'much' })).toBe(3);
    expect(await counted({ code: 'no such code' })).toBe(0);
    expect(await counted({ code: second!.code })).toBe(4);
    expect(await counted({ until: '2020-01-01T00:00:00Z' })).toBe(0);
    expect(await counted({ since: '2020-01-01T00:00:00Z' })).toBe(4);
    expect(await counted({ since: received, until: received })).toBe(3); // of one request
    expect(await lettersOf(`source=narrow&since=${received}`)).toHaveLength(4);
    expect(await discard({ filter: { source, q: 'much' }, reason: 'a' })).toMatchObject({ done: 3 });
    expect(await lettersOf('source=narrow')).toMatchObject([{ event: { amount: 'plenty' } }]);
  });

  it('takes no letter that is being replayed, and each other once, whoever else discards', async () => {
    const signature = await spam('busy', 120);
    const ids = (await lettersOf('source=busy')).map(({ id }) => id);
    const { as_of } = await forecast({ signature });
    const body = { filter: { signature }, reason: 'spam', as_of };
    const [replays, single, ...groups] = await Promise.all([
      Promise.all(ids.slice(60).map((id) => post(api(`/dead-letters/${id}/replay`), {}))),
      post(api(`/dead-letters/${ids[10]}/discard`), { reason: 'spam' }),
      discard(body),
      discard(body),
    ]);
    const replayed = replays.filter(({ status }) => status === 202).length;
    expect(replays.filter(({ status }) => status === 409)).toHaveLength(60 - replayed);
    const discarded = groups.reduce((sum, one) => sum + one.done - one.failed, single.ok ? 1 : 0);
    expect(discarded + replayed).toBe(120);
    await until(async () => (await lettersOf('source=busy&status=discarded')).length === discarded);
    // Those that were sent back fail again, and are open again.
    await until(async () => (await lettersOf('source=busy')).length === replayed);
  });

  it.each([
    [{ filter: {}, reason: 'spam' }, /filter: name what is meant/],
    [{ filter: { signature: '' }, reason: 'spam' }, /filter: name what is meant/],
    [{ filter: { contract: ' ', q: '' }, reason: 'spam' }, /filter: name what is meant/],
    [{ filter: { since: 'yesterday' }, reason: 'spam' }, /filter\.since: .*ISO 8601 time/],
    [{ reason: 'spam' }, /filter/],
    [{ filter: { signature: 'abc' } }, /reason: say why/],
    [{ filter: { signature: 'abc' }, reason: '  ' }, /reason/],
    [{ filter: { signature: 'abc', status: 'replaying' }, reason: 'spam' }, /status/],
    [{ filter: { signature: 'abc' }, reason: 'spam', as_of: 'yesterday' }, /as_of: .*ISO 8601 time/],
  ])('refuses %j and names the field', async (body, detail) => {
    const response = await post(api('/dead-letters/discard'), body);
    expect(response.status).toBe(422);
    expect(((await response.json()) as { detail: string }).detail).toMatch(detail);
  });

  it('goes on by itself, and counts each letter once, when the process was killed in the midst of it', async () => {
    const count = 800;
    const signature = await spam('killed', count);
    const { discarded: gone = 0 } = await stats();
    const id = await order(sentinel.url, 'discard', { filter: { signature }, reason: 'spam' });
    await until(async () => (await jobOf(sentinel.url, id)).done > 0);
    await sentinel.kill('SIGKILL');
    await sentinel.restart();
    expect(await ended(sentinel.url, id)).toMatchObject({
      state: 'done',
      total: count,
      done: count,
      failed: 0,
    });
    await until(async () => (await stats())['discarded'] === gone + count);
    expect(await groupsOf('killed')).toEqual([]);
  });

  it('is not cancelled when it is over, and one that is not there is not found', async () => {
    const id = await order(sentinel.url, 'discard', { filter: { signature: 'none' }, reason: 'spam' });
    await ended(sentinel.url, id);
    const cancel = (job: string) => post(api(`/jobs/${job}/cancel`), {});
    expect((await cancel(id)).status).toBe(409);
    expect((await cancel('nope')).status).toBe(404);
    expect((await fetch(api('/jobs/nope'))).status).toBe(404);
  });
});
