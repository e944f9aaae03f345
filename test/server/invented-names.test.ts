import { expect, it, onTestFinished } from 'vitest';
import { get, transaction, without } from '../helpers/sentinel.ts';
import { startHere } from '../helpers/service-here.ts';
import { until } from '../helpers/until.ts';

interface Page {
  items: { id: string }[];
  next?: string;
}

it('two thousand invented names of senders and types leave series and lists of bounded length', async () => {
  const service = await startHere();
  onTestFinished(() => service.stop());
  const api = <T>(path: string) => get<T>(`${service.url}/api/v1${path}`);
  const named = (count: number) =>
    Array.from({ length: count }, (_, n) => transaction({ source: `sender ${n}`, type: `kind ${n}` }));
  const drifted = named(120).map((event) => ({ ...without(event, 'email'), user_email: 'a@example.com' }));
  const sent = await fetch(`${service.url}/ingest`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: [...named(1880), ...drifted].map((event) => JSON.stringify(event)).join('\n'),
  });
  expect(sent.status).toBe(202);
  await until(async () => {
    const { loaded, repaired } = await api<Record<string, number>>('/stats');
    return loaded === 1880 && repaired === 120;
  });
  const metrics = await (await fetch(`${service.url}/metrics`)).text();
  expect(metrics.split('\n').length).toBeLessThan(2000);
  expect((await api<Page>('/sources')).items.length).toBeLessThan(300);
  const first = await api<Page>('/rules');
  const second = await api<Page>(`/rules?cursor=${first.next!}`);
  expect([first.items.length, second.items.length]).toEqual([100, 20]);
  expect(new Set([...first.items, ...second.items].map(({ id }) => id)).size).toBe(120);
});
