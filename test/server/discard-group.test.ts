import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeadLetter, DeadLetterGroup } from '../../src/model/dead-letter.ts';
import { type RunningSentinel, get, post, startProcess, transaction } from '../helpers/sentinel.ts';
import { until } from '../helpers/until.ts';

let sentinel: RunningSentinel;
const api = (path: string) => `${sentinel.url}/api/v1${path}`;

interface Answer {
  dry_run: boolean;
  matched?: number;
  discarded?: number;
  skipped?: number;
  more?: boolean;
  as_of: string;
}

const stats = () => get<Record<string, number>>(api('/stats'));
const lettersOf = async (query: string) =>
  (await get<{ items: DeadLetter[] }>(api(`/dead-letters?limit=1000&${query}`))).items;
const groupsOf = async (source: string) =>
  (await get<{ items: DeadLetterGroup[] }>(api(`/dead-letters/groups?source=${source}`))).items;
async function discard(body: object): Promise<Answer> {
  const response = await post(api('/dead-letters/discard'), body);
  expect(response.status).toBe(200);
  return (await response.json()) as Answer;
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
    const trial = await discard({ filter, dry_run: true });
    expect(trial).toEqual({ dry_run: true, matched: 230, as_of: trial.as_of });
    expect((await stats())['dead_letters']).toBe(before);

    // Comes after it was counted.
    await spam('spammer', 1);
    const answer = await discard({ filter, reason: ' spam of one sender ', as_of: trial.as_of });
    expect(answer).toEqual({
      dry_run: false,
      discarded: 230,
      skipped: 0,
      more: false,
      as_of: trial.as_of,
    });
    await until(async () => (await stats())['discarded'] === gone + 230);
    expect((await stats())['dead_letters']).toBe(before - 230 + 1);
    const letters = await lettersOf('source=spammer&status=discarded');
    expect(letters).toHaveLength(230);
    expect(new Set(letters.map((one) => one.discard_reason))).toEqual(new Set(['spam of one sender']));
    const [first] = letters;
    expect(await get(api(`/events/${first!.request_id}`))).toMatchObject({ status: 'discarded' });
    expect(await groupsOf('spammer')).toMatchObject([{ signature, count: 1 }]);
    expect(await groupsOf('shop')).toMatchObject([{ count: 2 }]);
    // A second call takes what came since, and a third has nothing to do.
    expect(await discard({ filter, reason: 'spam' })).toMatchObject({ discarded: 1, more: false });
    expect(await discard({ filter, reason: 'spam' })).toMatchObject({ discarded: 0, more: false });
  });

  it('goes on where a call with a limit ended, and can be narrowed by a text', async () => {
    const signature = await spam('limited', 5);
    await spam('limited', 1, { amount: 'plenty' });
    const filter = { signature, q: 'much' };
    expect(await discard({ filter, dry_run: true })).toMatchObject({ matched: 5 });
    expect(await discard({ filter, reason: 'a', limit: 3 })).toMatchObject({ discarded: 3, more: true });
    expect(await discard({ filter, reason: 'b', limit: 3 })).toMatchObject({ discarded: 2, more: false });
    // Oldest first, and the oldest were taken first.
    const reasons = (await lettersOf('source=limited&status=discarded')).map((one) => one.discard_reason);
    expect(reasons).toEqual(['a', 'a', 'a', 'b', 'b']);
    expect(await lettersOf('source=limited')).toMatchObject([{ event: { amount: 'plenty' } }]);
  });

  it('takes no letter that is being replayed, and each other once, whoever else discards', async () => {
    const signature = await spam('busy', 120);
    const ids = (await lettersOf('source=busy')).map(({ id }) => id);
    const { as_of } = await discard({ filter: { signature }, dry_run: true });
    const body = { filter: { signature }, reason: 'spam', as_of };
    const [replays, single, ...groups] = await Promise.all([
      Promise.all(ids.slice(60).map((id) => post(api(`/dead-letters/${id}/replay`), {}))),
      post(api(`/dead-letters/${ids[10]}/discard`), { reason: 'spam' }),
      discard(body),
      discard(body),
    ]);
    const replayed = replays.filter(({ status }) => status === 202).length;
    expect(replays.filter(({ status }) => status === 409)).toHaveLength(60 - replayed);
    const discarded = groups.reduce((sum, one) => sum + one.discarded!, single.ok ? 1 : 0);
    expect(discarded + replayed).toBe(120);
    expect(await lettersOf('source=busy&status=discarded')).toHaveLength(discarded);
    // Those that were sent back fail again, and are open again.
    await until(async () => (await lettersOf('source=busy')).length === replayed);
  });

  it.each([
    [{ filter: {}, reason: 'spam' }, /filter\.signature: the group's signature is needed/],
    [{ filter: { signature: '' }, reason: 'spam' }, /filter\.signature/],
    [{ reason: 'spam' }, /filter/],
    [{ filter: { signature: 'abc' } }, /reason: say why/],
    [{ filter: { signature: 'abc' }, reason: '  ' }, /reason/],
    [{ filter: { signature: 'abc', status: 'replaying' }, reason: 'spam' }, /status/],
    [{ filter: { signature: 'abc' }, reason: 'spam', limit: 10_001 }, /limit/],
    [{ filter: { signature: 'abc' }, reason: 'spam', as_of: 'yesterday' }, /as_of: .*ISO 8601 time/],
  ])('refuses %j and names the field', async (body, detail) => {
    const response = await post(api('/dead-letters/discard'), body);
    expect(response.status).toBe(422);
    expect(((await response.json()) as { detail: string }).detail).toMatch(detail);
  });

  it('is finished by a second call when the process was killed in the midst of it', async () => {
    const count = 4000;
    const signature = await spam('killed', count);
    const { discarded: gone = 0 } = await stats();
    const body = { filter: { signature }, reason: 'spam' };
    const [first] = await lettersOf('source=killed');
    const cutOff = post(api('/dead-letters/discard'), body).then(
      () => 'answered',
      () => 'cut off',
    );
    await until(
      async () => (await get<DeadLetter>(api(`/dead-letters/${first!.id}`))).status === 'discarded',
    );
    await sentinel.kill('SIGKILL');
    expect(await cutOff).toBe('cut off');
    await sentinel.restart();

    const between = (await stats())['discarded']! - gone;
    expect(between).toBeGreaterThan(0);
    expect(between).toBeLessThan(count);
    const rest = await discard(body);
    expect(rest).toMatchObject({ discarded: count - between, skipped: 0, more: false });
    await until(async () => (await stats())['discarded'] === gone + count);
    expect(await groupsOf('killed')).toEqual([]);
  });
});
