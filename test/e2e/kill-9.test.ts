import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type RunningSentinel,
  countedStats,
  get,
  query,
  startProcess,
  transaction,
  without,
} from '../helpers/sentinel.ts';
import { until } from '../helpers/until.ts';

/**
 * Invariants 1 to 3: what was answered with 202 is, after any crash, in the destination or among the dead letters,
 * and never twice.
 */
const total = 12_000;
const perRequest = 50;
const lanes = 16;
const kills = 3;

let sentinel: RunningSentinel;
beforeAll(async () => {
  sentinel = await startProcess();
});
afterAll(() => sentinel.stop());

/** Of a hundred events, 97 are clean, two drifted and one is hopeless. */
function nextEvent(index: number): Record<string, unknown> {
  const event = transaction({ description: `event ${index}` });
  if (index % 100 === 7) return { ...event, amount: 'not-a-number' };
  if (index % 50 === 3) return { ...without(event, 'email'), user_email: 'ada@example.com' };
  return event;
}

it(`loses and doubles nothing of ${total} events when it is killed ${kills} times`, async () => {
  const accepted: string[] = [];
  let sent = 0;
  let down = false;

  async function lane(): Promise<void> {
    while (sent < total) {
      const from = sent;
      sent += perRequest;
      const body = JSON.stringify(Array.from({ length: perRequest }, (_, index) => nextEvent(from + index)));
      for (;;) {
        await until(() => !down, 60_000);
        try {
          const response = await fetch(`${sentinel.url}/ingest`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body,
          });
          if (response.status !== 202) continue;
          accepted.push(...((await response.json()) as { request_ids: string[] }).request_ids);
          break;
        } catch {
          // Killed under way: it is not known whether the events were stored, so the sender sends them again.
        }
      }
    }
  }

  async function killer(): Promise<void> {
    for (let kill = 1; kill <= kills; kill++) {
      await until(() => accepted.length > (total * kill) / (kills + 1), 60_000);
      down = true;
      await sentinel.kill('SIGKILL');
      await sentinel.restart();
      down = false;
    }
  }

  await Promise.all([killer(), ...Array.from({ length: lanes }, lane)]);
  expect(accepted.length).toBe(total);

  await countedStats(sentinel.url, 90_000);

  // By id: each accepted event is in exactly one place.
  const rows = await query(
    sentinel.url,
    'select cast(_request_id as varchar) as id from transaction',
    300_000,
  );
  const duplicates = await query(
    sentinel.url,
    'select cast(request_id as varchar) as id from _sentinel_duplicates',
    300_000,
  );
  const dead: string[] = [];
  let cursor = '';
  do {
    type Page = { items: { request_id: string }[]; next: string | null };
    const page = await get<Page>(`${sentinel.url}/api/v1/dead-letters?limit=1000${cursor}`);
    dead.push(...page.items.map((letter) => letter.request_id));
    cursor = page.next === null ? '' : `&cursor=${encodeURIComponent(page.next)}`;
  } while (cursor !== '');

  const places = new Map<string, number>();
  for (const id of [
    ...rows.map((row) => String(row['id'])),
    ...duplicates.map((row) => String(row['id'])),
    ...dead,
  ])
    places.set(id, (places.get(id) ?? 0) + 1);
  expect(accepted.filter((id) => places.get(id) !== 1)).toEqual([]);

  const [twice] = await query(
    sentinel.url,
    'select count(*) - count(distinct event_id) as by_key, count(*) - count(distinct _request_id) as by_id from transaction',
  );
  expect(twice).toEqual({ by_key: 0, by_id: 0 });
  expect(dead.length).toBeGreaterThanOrEqual(total / 100);
}, 170_000);
