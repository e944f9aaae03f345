import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type RunningSentinel,
  get,
  ingest,
  ingestAll,
  settled,
  startProcess,
  transaction,
} from '../helpers/sentinel.ts';
import { until } from '../helpers/until.ts';

/**
 * Chapter 13: the code of contracts and steps is other people's. Whatever it does, it costs the event or the message that
 * it is about; everything else goes on, and the service says so.
 */
const contracts = `
import { execFileSync } from 'node:child_process';
import { defineContract, z } from 'data-sentinel';
const make = (name: string, a: z.ZodType) => defineContract({ name, version: '1.0.0', key: 'id', schema: z.object({ id: z.string(), a }) });
export const pattern = make('pattern', z.string().regex(/^(a+)+$/));
export const loop = make('loop', z.string().refine((text) => { while (text === 'bad'); return true; }));
export const waits = make('waits', z.string().refine((text) => text !== 'bad' || new Promise(() => {})));
export const exits = make('exits', z.string().refine((text) => { if (text === 'bad') process.exit(3); return true; }));
export const rejects = make('rejects', z.string().refine((text) => { if (text === 'bad') void Promise.reject(new Error('left alone')); return true; }));
export const throwsLater = make('throws-later', z.string().refine((text) => { if (text === 'bad') setTimeout(() => { throw new Error('later'); }); return true; }));
export const dies = make('dies', z.string().refine((text) => { if (text === 'bad') execFileSync('kill', ['-SEGV', String(process.pid)]); return true; }));
export const leaks = make('leaks', z.string().refine((text) => { const all: unknown[] = []; while (text === 'bad') all.push(new Array(1e5).fill(text)); return true; }));
`;
const schema = JSON.stringify({
  'x-contract': { name: 'schema', version: '1.0.0', key: 'id' },
  properties: { id: { type: 'string' }, a: { type: 'string', pattern: '^(a|a)*$' } },
});

let sentinel: RunningSentinel;
beforeAll(async () => {
  sentinel = await startProcess({
    config: { contracts: ['./own'], pipeline: { stall_seconds: 2 } },
    files: { 'own/all.ts': contracts, 'own/schema.schema.json': schema },
  });
}, 60_000);
afterAll(() => sentinel.stop());

const hostile = `${'a'.repeat(60)}!`;
let ids = 0;
const send = (type: string, a: string) => ingest(sentinel.url, { type, id: `e${++ids}`, a });

interface Letter {
  violations: { path: string; code: string; message: string }[];
}
async function violationOf(requestId: string) {
  const info = await settled(sentinel.url, requestId, 60_000);
  expect(info.status).toBe('dead_letter');
  const letter = await get<Letter>(`${sentinel.url}/api/v1/dead-letters/${info.dead_letter_id}`);
  expect(letter.violations).toHaveLength(1);
  return letter.violations[0]!;
}

describe('the code of a contract', () => {
  it('that does not end, or fails, costs that event, by the name of its field', async () => {
    const cases = [
      ['pattern', hostile, 'contract_hung'],
      ['schema', hostile, 'contract_hung'],
      ['loop', 'bad', 'contract_hung'],
      ['waits', 'bad', 'contract_failed'],
      ['exits', 'bad', 'contract_failed'],
    ] as const;
    const sent = [];
    for (const [type, bad, code] of cases)
      sent.push({ type, code, bad: await send(type, bad), good: await send(type, 'aaa') });
    for (const { type, code, bad, good } of sent) {
      const violation = await violationOf(bad);
      expect(violation).toMatchObject({ path: '/a', code });
      expect(violation.message).toContain(`${type} 1.0.0`);
      expect((await settled(sentinel.url, good)).status).toBe('loaded');
    }
  });

  it('that leaves a promise or a timer behind ends nothing', async () => {
    for (const type of ['rejects', 'throws-later']) {
      expect((await settled(sentinel.url, await send(type, 'bad'))).status).toBe('loaded');
      expect((await settled(sentinel.url, await send(type, 'good'))).status).toBe('loaded');
    }
  });

  it('that takes all memory costs that event', async () => {
    expect(await violationOf(await send('leaks', 'bad'))).toMatchObject({ code: 'contract_hung' });
    expect((await settled(sentinel.url, await send('leaks', 'good'))).status).toBe('loaded');
  });

  it('holds up neither the API nor other events, ends the service once at most, and is said in the log', async () => {
    const stuck = await send('loop', 'bad');
    const others = await Promise.all(Array.from({ length: 20 }, () => ingest(sentinel.url, transaction())));
    // That code never ends, so an answer at all shows that nothing waits for it.
    expect([200, 503]).toContain((await fetch(`${sentinel.url}/ready`)).status);
    // As a bug in native code would: the process does not survive it. It may die before it has answered.
    void send('dies', 'bad').catch(() => undefined);
    await until(() => sentinel.lastWords() !== undefined, 60_000);
    await sentinel.restart();
    const letters = () => get<{ items: object[] }>(`${sentinel.url}/api/v1/dead-letters?contract=dies`);
    await until(async () => (await letters()).items.length === 1, 60_000);
    expect((await settled(sentinel.url, await send('dies', 'good'))).status).toBe('loaded');
    await violationOf(stuck);
    for (const id of others) expect((await settled(sentinel.url, id)).status).toBe('loaded');
    const logged = (wanted: string): string[] =>
      sentinel.log().flatMap(({ code, msg }) => (code === wanted ? [String(msg)] : []));
    expect(logged('contract_hung').join()).toContain('contract loop 1.0.0');
    expect(logged('contract_failed').join()).toContain(
      'the service ended while the code of contract dies 1.0.0 ran',
    );
    expect(logged('contract_warning').join()).toContain('^(a+)+$');
  });

  it('is judged aside once it has hung: a flood of its events lets all others pass', async () => {
    const flood = await ingestAll(
      sentinel.url,
      Array.from({ length: 300 }, (_, at) => ({ type: 'loop', id: `flood${at}`, a: 'bad' })),
    );
    const clean = await ingest(sentinel.url, transaction());
    const ofOwnCode = await send('schema', 'aaa');
    for (const id of [clean, ofOwnCode]) expect((await settled(sentinel.url, id)).status).toBe('loaded');
    const last = await get<{ status: string }>(`${sentinel.url}/api/v1/events/${flood.at(-1)}`);
    expect(last.status).toBe('accepted');
    expect((await get<{ pending: number }>(`${sentinel.url}/api/v1/stats`)).pending).toBeGreaterThan(0);
    expect(await sentinel.kill('SIGTERM')).toBe(0);
  });
});
