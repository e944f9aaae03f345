import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeadLetterGroup } from '../../src/model/dead-letter.ts';
import { get, post, transaction } from '../helpers/sentinel.ts';
import { type ServiceHere, startHere } from '../helpers/service-here.ts';
import { until } from '../helpers/until.ts';

let sentinel: ServiceHere;
const api = (path: string) => `${sentinel.url}/api/v1${path}`;

beforeAll(async () => {
  sentinel = await startHere();
  // Three ways to fail, of 5, 3 and 1 events; and one more source.
  const broken = [
    ...Array.from({ length: 5 }, () => transaction({ amount: 'much' })),
    ...Array.from({ length: 3 }, () => transaction({ currency: 'no such' })),
    transaction({ email: 'nobody' }),
  ];
  await post(`${sentinel.url}/ingest/shop`, broken);
  await post(`${sentinel.url}/ingest/till`, [transaction({ amount: 'much' })]);
  await until(async () => (await get<{ dead_letters: number }>(api('/stats'))).dead_letters === 10);
});
afterAll(() => sentinel.stop());

interface Groups {
  items: DeadLetterGroup[];
  next: string | null;
  total: number;
  total_letters: number;
}

describe('groups', () => {
  it('say how many, since when, and how they came hour by hour', async () => {
    const { items, next, total, total_letters } = await get<Groups>(api('/dead-letters/groups?source=shop'));
    expect(items.map(({ count }) => count)).toEqual([5, 3, 1]);
    expect({ next, total, total_letters }).toEqual({ next: null, total: 3, total_letters: 9 });
    const [largest] = items as [DeadLetterGroup];
    expect(largest.trend).toHaveLength(24);
    expect(largest.trend.reduce((sum, count) => sum + count, 0)).toBe(5);
    expect(Date.parse(largest.first_seen)).toBeLessThanOrEqual(Date.parse(largest.last_seen));
    const sample = await get(api(`/dead-letters/${largest.sample_id}`));
    expect(sample).toMatchObject({ signature: largest.signature, status: 'open' });
  });

  it('come page by page, each once', async () => {
    const seen: string[] = [];
    let cursor = '';
    for (let pages = 0; pages < 4; pages++) {
      const page: Groups = await get(api(`/dead-letters/groups?limit=1${cursor}`));
      expect(page.items).toHaveLength(1);
      seen.push(page.items[0]!.signature);
      cursor = `&cursor=${page.next}`;
      expect(page.next === null).toBe(pages === 3);
    }
    expect(new Set(seen).size).toBe(4);
    const madeUp = await fetch(api('/dead-letters/groups?cursor=made-up'));
    expect([madeUp.status, await madeUp.text()]).toEqual([422, expect.stringContaining('cursor: ')]);
  });

  it('refuse what they do not know, by name', async () => {
    for (const [query, name] of [
      ['limit=0', 'limit'],
      ['limit=x', 'limit'],
      ['sort=size', 'sort'],
      ['contract=a&contract=b', 'contract'],
    ] as const) {
      const response = await fetch(api(`/dead-letters/groups?${query}`));
      expect(response.status).toBe(422);
      expect(((await response.json()) as { detail: string }).detail).toContain(name);
    }
  });
});

describe('a list', () => {
  it('comes the newest first, page by page, each letter once', async () => {
    for (const filter of ['', '&source=shop', '&q=much', '&q=no+such+text']) {
      const seen: { id: string; received_at: string; source: string }[] = [];
      let cursor = '';
      for (;;) {
        const page: { items: typeof seen; next: string | null } = await get(
          api(`/dead-letters?limit=2${filter}${cursor}`),
        );
        seen.push(...page.items);
        if (page.next === null) break;
        cursor = `&cursor=${page.next}`;
      }
      const expected = { '': 10, '&source=shop': 9, '&q=much': 6, '&q=no+such+text': 0 }[filter];
      expect(new Set(seen.map(({ id }) => id)).size).toBe(expected);
      const times = seen.map(({ received_at: at }) => at);
      expect(times).toEqual(times.toSorted().toReversed());
      // What the till sent came last.
      if (filter === '') expect(seen[0]!.source).toBe('till');
    }
    const madeUp = await fetch(api('/dead-letters?cursor=made-up'));
    expect([madeUp.status, await madeUp.text()]).toEqual([422, expect.stringContaining('cursor: ')]);
  });
});

describe('the values of a group', () => {
  it('say what the failing fields held, the most frequent first', async () => {
    const { items } = await get<Groups>(api('/dead-letters/groups?source=shop'));
    const { signature } = items[1]!;
    expect(await get(api(`/dead-letters/groups/${signature}/values?source=shop`))).toEqual({
      looked: 3,
      fields: [
        {
          path: '/currency',
          code: expect.any(String) as string,
          values: [{ value: '"no such"', count: 3 }],
          distinct: 1,
        },
      ],
    });
  });
});

describe('export', () => {
  it('streams what matches as JSON lines, to be saved as a file', async () => {
    const response = await fetch(api('/dead-letters/export?source=shop&q=much'));
    expect(response.headers.get('content-type')).toContain('application/x-ndjson');
    expect(response.headers.get('content-disposition')).toContain('attachment');
    const lines = (await response.text()).trimEnd().split('\n');
    expect(lines).toHaveLength(5);
    for (const line of lines)
      expect(JSON.parse(line)).toMatchObject({ source: 'shop', status: 'open', event: { amount: 'much' } });
  });

  it('is empty when nothing matches, and refuses a status that there is not', async () => {
    expect(await (await fetch(api('/dead-letters/export?contract=nothing'))).text()).toBe('');
    expect((await fetch(api('/dead-letters/export?status=lost'))).status).toBe(422);
  });
});

describe('a contract of a group', () => {
  it('is made of the events of its open letters, with what was seen', async () => {
    const { items } = await get<Groups>(api('/dead-letters/groups?source=shop'));
    const { signature } = items[0]!;
    const answer = await get(api(`/dead-letters/contract?signature=${signature}&source=shop`));
    expect(answer).toMatchObject({
      schema: {
        'x-contract': { name: 'shop', version: '1.0.0' },
        properties: { amount: { type: 'string' }, email: { format: 'email' } },
      },
      events: 5,
    });
    expect((await fetch(api('/dead-letters/contract?source=nobody'))).status).toBe(404);
  });
});
