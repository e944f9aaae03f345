import { afterAll, beforeAll, expect, it } from 'vitest';
import type { LogLine } from '../../src/support/log-ring.ts';
import {
  type RunningSentinel,
  get,
  ingest,
  settled,
  startProcess,
  transaction,
} from '../helpers/sentinel.ts';
import { until } from '../helpers/until.ts';

let sentinel: RunningSentinel;
const api = (path: string) => `${sentinel.url}/api/v1${path}`;
const logs = (query = '') => get<{ items: LogLine[]; next: number | null }>(api(`/logs${query}`));

beforeAll(async () => {
  sentinel = await startProcess();
});
afterAll(() => sentinel.stop());

/** The events of a stream as they come; `close` ends it. */
async function follow(path: string) {
  const closing = new AbortController();
  const response = await fetch(api(path), { signal: closing.signal });
  const events: { event: string; data: Record<string, unknown> }[] = [];
  const reading = (async () => {
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body!) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      const parts = text.split('\n\n');
      text = parts.pop()!;
      for (const part of parts) {
        const [, event = '', data = ''] = /^event: (.*)\ndata: (.*)$/.exec(part) ?? [];
        events.push({ event, data: JSON.parse(data) as Record<string, unknown> });
      }
    }
  })().catch(() => undefined);
  await until(() => events.length > 0);
  return {
    events,
    async close() {
      closing.abort();
      await reading;
    },
  };
}

it('has the lines of all threads, newest first, by what one looks for', async () => {
  const id = await ingest(sentinel.url, transaction({ amount: 'much' }), 'shop');
  await settled(sentinel.url, id);
  await until(async () => (await logs(`?request_id=${id}&step=dead-letters`)).items.length === 1);
  const all = (await logs()).items;
  expect(all.some(({ thread, status }) => thread === undefined && status === 'started')).toBe(true);
  expect(all.map(({ seq }) => seq)).toEqual(all.map(({ seq }) => seq).toSorted((a, b) => b - a));
  expect((await logs('?step=validator&source=shop')).items).toMatchObject([
    { level: 'info', request_id: id, status: 'failed', path: '/amount' },
  ]);
  expect((await logs('?level=warn&source=shop')).items.every(({ level }) => level === 'warn')).toBe(true);
  expect((await logs('?q=much')).items).toEqual([]);
  const page = await logs('?limit=1');
  expect((await logs(`?limit=1&before=${page.next}`)).items[0]!.seq).toBeLessThan(page.items[0]!.seq);
});

it('streams the lines to come', async () => {
  const stream = await follow('/logs/stream?step=dead-letters&source=till');
  await ingest(sentinel.url, transaction({ amount: 'much' }), 'shop');
  const id = await ingest(sentinel.url, transaction({ amount: 'much' }), 'till');
  await until(() => stream.events.length === 2);
  expect(stream.events[1]).toMatchObject({ event: 'log', data: { request_id: id, source: 'till' } });
  await stream.close();
});

it('the stream of statistics is made once for all its readers, and ends with the last', async () => {
  const streams = [await follow('/stream'), await follow('/stream')];
  await ingest(sentinel.url, transaction({ amount: 'much' }), 'shop');
  for (const { events } of streams) {
    await until(() => events.filter(({ event }) => event === 'stats').length > 2);
    await until(() => events.some(({ event }) => event === 'dead_letter'));
  }
  await streams[0]!.close();
  const [, other] = streams;
  const seen = other!.events.length;
  await until(() => other!.events.length > seen);
  await other!.close();
});

it('refuses a hundred and first stream, and what it does not know, by name', async () => {
  for (const [query, name] of [
    ['level=loud', 'level'],
    ['limit=0', 'limit'],
    ['before=x', 'before'],
    ['thread=1', 'thread'],
    [`q=${'x'.repeat(300)}`, 'q'],
  ] as const) {
    const response = await fetch(api(`/logs?${query}`));
    expect(response.status).toBe(422);
    expect(((await response.json()) as { detail: string }).detail).toContain(name);
  }
  expect((await fetch(api('/logs/stream?level=loud'))).status).toBe(422);
  const open = new AbortController();
  const responses = await Promise.all(
    Array.from({ length: 110 }, () => fetch(api('/logs/stream'), { signal: open.signal })),
  );
  const statuses = responses.map(({ status }) => status);
  expect(statuses.filter((status) => status === 200).length).toBe(100);
  expect(statuses.filter((status) => status === 503).length).toBe(10);
  open.abort();
  await until(async () => {
    const again = new AbortController();
    const { status } = await fetch(api('/logs/stream'), { signal: again.signal });
    again.abort();
    return status === 200;
  });
});
