/**
 * Sends all recorded payloads to a running Data Sentinel, and says what became of each.
 *
 *     node send.mjs [http://127.0.0.1:3111]        with SENTINEL_API_TOKEN where the server asks for one
 */
import { realpathSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { contractName, events, readPayloads } from './events.mjs';

/** Sends the payloads, one request for each kind of event, and waits until every one of them is settled. */
export async function sendAll(server, { token, payloads = readPayloads(), timeoutMs = 60_000 } = {}) {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const sent = [];
  for (const event of Object.keys(events)) {
    const recorded = payloads.filter((one) => one.event === event);
    if (recorded.length === 0) continue;
    const { request_ids } = await call(`${server}/ingest/${contractName(event)}`, {
      method: 'POST',
      headers: { ...authorization, 'content-type': 'application/x-ndjson' },
      body: recorded.map(({ payload }) => JSON.stringify(payload)).join('\n'),
    });
    sent.push(...recorded.map((one, index) => ({ ...one, requestId: request_ids[index] })));
  }

  const deadline = Date.now() + timeoutMs;
  for (const one of sent) {
    one.outcome = await outcomeOf(
      `${server}/api/v1/events/${one.requestId}`,
      { headers: authorization },
      deadline,
    );
  }
  return sent;
}

/** How many of each event came to each end. */
export function countOutcomes(sent) {
  const counts = {};
  for (const { event, outcome } of sent) {
    const count = (counts[event] ??= { accepted: 0, loaded: 0, repaired: 0, duplicate: 0, dead_letter: 0 });
    count.accepted++;
    count[outcome.status] = (count[outcome.status] ?? 0) + 1;
  }
  return counts;
}

const settled = new Set(['loaded', 'repaired', 'duplicate', 'dead_letter', 'discarded']);

/** Where the event is now; asks until it is settled or the time is up. */
async function outcomeOf(url, options, deadline) {
  for (;;) {
    const outcome = await call(url, options);
    if (settled.has(outcome.status) || Date.now() > deadline) return outcome;
    await pause(50);
  }
}

/** A busy service says so with 503, and when to ask again. */
async function call(url, options) {
  let response = await fetch(url, options);
  for (let tries = 1; response.status === 503 && tries < 30; tries++) {
    await response.arrayBuffer();
    await pause(1000);
    response = await fetch(url, options);
  }
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}

if (realpathSync(process.argv[1]) === import.meta.filename) {
  const server = (process.argv[2] ?? 'http://127.0.0.1:3111').replace(/\/$/, '');
  const sent = await sendAll(server, { token: process.env.SENTINEL_API_TOKEN });
  console.table(countOutcomes(sent));

  const reasons = new Map();
  for (const { event, outcome } of sent) {
    if (outcome.status !== 'dead_letter') continue;
    const faults = outcome.violations.map(
      ({ path, code }) => `${path.replace(/\/\d+(?=\/|$)/g, '/*')} ${code}`,
    );
    for (const fault of new Set(faults)) {
      const reason = `${event}: ${fault}`;
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
  }
  for (const [reason, count] of [...reasons].sort(([a], [b]) => (a < b ? -1 : 1)))
    console.log(`${reason}: ${count}`);
}
