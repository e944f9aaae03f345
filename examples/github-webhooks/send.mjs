/**
 * Sends all recorded payloads to a running Data Sentinel, and says what became of each.
 *
 *     node send.mjs [http://127.0.0.1:3111]        with SENTINEL_API_TOKEN where the server asks for one
 */
import { setTimeout as pause } from 'node:timers/promises';
import { contractName, events, readPayloads } from './events.mjs';

const server = (process.argv[2] ?? 'http://127.0.0.1:3111').replace(/\/$/, '');
const token = process.env.SENTINEL_API_TOKEN;
const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
const settled = new Set(['loaded', 'repaired', 'duplicate', 'dead_letter', 'discarded']);
const deadline = Date.now() + 60_000;

const payloads = readPayloads();
const counts = {};
const reasons = new Map();
for (const event of Object.keys(events)) {
  const lines = payloads.filter((one) => one.event === event).map(({ payload }) => JSON.stringify(payload));
  const accepted = await call(`/ingest/${contractName(event)}`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/x-ndjson' },
    body: lines.join('\n'),
  });
  counts[event] = { accepted: accepted.accepted };
  for (const id of accepted.request_ids) {
    const outcome = await outcomeOf(id);
    counts[event][outcome.status] = (counts[event][outcome.status] ?? 0) + 1;
    if (outcome.status !== 'dead_letter') continue;
    for (const { path, code } of outcome.violations ?? []) {
      const reason = `${event}: ${path.replace(/\/\d+(?=\/|$)/g, '/*')} ${code}`;
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
  }
}
console.table(counts);
for (const [reason, count] of [...reasons].sort(([a], [b]) => (a < b ? -1 : 1)))
  console.log(`${reason}: ${count}`);

async function outcomeOf(id) {
  for (;;) {
    const outcome = await call(`/api/v1/events/${id}`, { headers });
    if (settled.has(outcome.status) || Date.now() > deadline) return outcome;
    await pause(100);
  }
}

async function call(path, options) {
  const response = await fetch(`${server}${path}`, options);
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  return response.json();
}
