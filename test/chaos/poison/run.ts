// npm run test:chaos -- --poison [--destination duckdb|postgres] [--minutes N] [--rate EVENTS_A_SECOND]
// Good events at a steady rate, while each second somebody sends what a bad contract, step or body chokes on.
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DeadLetter } from '../../../src/model/dead-letter.ts';
import type { Stats } from '../../../src/server/stats.ts';
import { startPostgres } from '../../helpers/postgres.ts';
import { get, ingest, post, settled, startProcess } from '../../helpers/sentinel.ts';
import { until } from '../../helpers/until.ts';
import { randomOf } from '../random.ts';
import { startLoad } from '../soak/load.ts';
import { quantileOf } from '../soak/sample.ts';
import { hostileBodies } from './bodies.ts';
import { poisonedFiles, poisons } from './contracts.ts';
import { badSteps, orderFor, poisonedSteps } from './steps.ts';

const { values } = parseArgs({
  options: {
    destination: { type: 'string', default: 'duckdb' },
    minutes: { type: 'string', default: '5' },
    rate: { type: 'string', default: '2000' },
  },
});
const say = (text: string) => process.stdout.write(`${text}\n`);
const postgres = values.destination === 'postgres' ? await startPostgres() : undefined;
const service = await startProcess({
  config: {
    contracts: ['./own'],
    pipeline: { stall_seconds: 2 },
    retry: { max_attempts: 3, initial_delay_ms: 100 },
    ...(postgres && { destination: { type: 'postgres' } }),
  },
  files: { ...poisonedFiles, ...poisonedSteps },
  env: postgres === undefined ? {} : { SENTINEL_POSTGRES_URL: postgres.url() },
});
const { url } = service;
const load = startLoad(url, Number(values.rate), { drift: false, poison: false }, randomOf(1), 10);
const sent: { kind: string; id: string; ends: readonly string[] }[] = [];
const statuses = new Map<string, number>();
const deadline = performance.now() + Number(values.minutes) * 60_000;
let orders = 0;
for (let at = 0; performance.now() < deadline; at++) {
  const from = performance.now();
  const { kind, event, ends } = poisons[at % poisons.length]!;
  sent.push({ kind, ends, id: await ingest(url, event(crypto.randomUUID())) });
  const { body, headers } = hostileBodies[at % hostileBodies.length]!;
  const { status } = await post(`${url}/ingest`, body(), headers);
  statuses.set(String(status), (statuses.get(String(status)) ?? 0) + 1);
  if (at % 10 === 0) {
    await ingest(url, orderFor(badSteps[orders % badSteps.length]!));
    orders++;
  }
  await sleep(Math.max(0, 1000 - (performance.now() - from)));
}
await load.stop();
await until(async () => (await get<Stats>(`${url}/api/v1/stats`)).pending === 0, 120_000);

const problems: string[] = [];
const reasons = new Map<string, string>();
for (const { kind, id, ends } of sent) {
  const { status, dead_letter_id: letterId } = await settled(url, id);
  if (!ends.includes(status)) problems.push(`${kind}: ${status}`);
  if (reasons.has(kind) || letterId === undefined) continue;
  const { violations } = await get<DeadLetter>(`${url}/api/v1/dead-letters/${letterId}`);
  reasons.set(kind, violations.map(({ path, code, message }) => `${code} at ${path}: ${message}`).join(' '));
}
const { items: killed } = await get<{ items: DeadLetter[] }>(
  `${url}/api/v1/dead-letters?q=bad-step&limit=1000`,
);
for (const { id } of killed) {
  const { violations, reason } = await get<DeadLetter>(`${url}/api/v1/dead-letters/${id}`);
  reasons.set(`letter of a step`, violations[0]?.message ?? reason);
}
const { accepted, queryable } = load.takeLatencies();
const ms = (list: readonly number[]) =>
  `p50 ${Math.round(quantileOf(list, 0.5) ?? NaN)}, p99 ${Math.round(quantileOf(list, 0.99) ?? NaN)}, most ${Math.round(Math.max(...list))} ms`;
say(
  `${values.destination}, ${values.minutes} minutes, ${values.rate} good events/s: ${load.counts.accepted} accepted`,
);
say(
  `  answers with 202: ${ms(accepted)}; until an event is a row: ${ms(queryable)} (${queryable.length} probes)`,
);
say(`  ${sent.length} poisoned events, ${orders} orders for bad steps (${killed.length} letters of steps)`);
say(`  hostile bodies: ${[...statuses].map(([status, n]) => `${n} × ${status}`).join(', ')}`);
for (const [kind, reason] of reasons) say(`  ${kind}: ${reason}`);
for (const line of new Set(problems)) say(`  WRONG ${line}`);
await service.stop();
await postgres?.remove();
process.exit(problems.length === 0 ? 0 : 1);
