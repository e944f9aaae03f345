import { randomUUID } from 'node:crypto';

export type Event = Record<string, unknown>;

export function transaction(change: Event = {}): Event {
  return {
    event_id: randomUUID(),
    type: 'transaction',
    version: '1.0.0',
    timestamp: new Date().toISOString(),
    amount: '12.50',
    currency: 'EUR',
    user_id: randomUUID(),
    email: 'ada@example.com',
    ...change,
  };
}

export function renamed(event: Event, from: string, to: string): Event {
  return Object.fromEntries(Object.entries(event).map(([name, value]) => [name === from ? to : name, value]));
}

export const many = (count: number, make: () => Event): Event[] => Array.from({ length: count }, make);

export async function ingest(url: string, source: string, events: readonly Event[]): Promise<string[]> {
  const response = await fetch(`${url}/ingest/${source}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: events.map((event) => JSON.stringify(event)).join('\n'),
  });
  if (response.status !== 202) throw new Error(await response.text());
  return ((await response.json()) as { request_ids: string[] }).request_ids;
}

export async function stats(url: string): Promise<Record<string, number>> {
  return (await (await fetch(`${url}/api/v1/stats`)).json()) as Record<string, number>;
}
