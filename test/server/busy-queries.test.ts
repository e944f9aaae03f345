import { expect, it, onTestFinished } from 'vitest';
import { startHere } from '../helpers/service-here.ts';

it('endless queries of others are a reason to come again, not a fault of the query', async () => {
  const service = await startHere();
  const leaving = new AbortController();
  onTestFinished(async () => {
    leaving.abort();
    await service.stop();
  });
  const endless = 'select count(*) from range(10000000) a, range(10000000) b where a.range <> b.range';
  const ask = (sql: string) =>
    fetch(`${service.url}/api/v1/query`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sql }),
      signal: leaving.signal,
    });
  // Two run, 32 wait, and the others are told at once.
  void Promise.allSettled(Array.from({ length: 34 }, () => ask(endless)));
  const refused = await Promise.race(Array.from({ length: 2 }, () => ask(endless)));
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
  expect(await refused.json()).toMatchObject({ code: 'query_busy' });
});
