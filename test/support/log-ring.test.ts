import { expect, it } from 'vitest';
import { createLogger } from '../../src/support/log.ts';
import { type LogLine, createLogRing } from '../../src/support/log-ring.ts';

const line = (fields: object) => JSON.stringify({ level: 'info', msg: 'x', ...fields });

it('keeps what the logger writes, without secrets and without the noise of the process', () => {
  const ring = createLogRing();
  const written: string[] = [];
  const log = createLogger(
    { level: 'info', format: 'json' },
    { destination: { write: (text) => void written.push(text) }, tap: ring.add },
  );
  log.child({ step: 'healer' }).warn({ source: 'shop', token: 'abc' }, 'careful');
  log.debug('not written');
  log.fatal('the end');
  expect(written).toHaveLength(2);
  const [last, first] = ring.page({}, { limit: 10 }).items;
  expect(last).toMatchObject({ seq: 2, level: 'fatal', msg: 'the end' });
  expect(first).toMatchObject({ seq: 1, level: 'warn', step: 'healer', source: 'shop', token: '[redacted]' });
  expect(first).not.toHaveProperty('pid');
});

it('finds by level and above, by field, and by text in any case; page by page, newest first', () => {
  const ring = createLogRing();
  for (let at = 0; at < 10; at++)
    ring.add(line({ level: at % 2 ? 'error' : 'info', source: at < 5 ? 'shop' : 'till', msg: `Line ${at}` }));
  const found = (filter: object) => ring.page(filter, { limit: 100 }).items.map(({ seq }) => seq);
  expect(found({ level: 'warn' })).toEqual([10, 8, 6, 4, 2]);
  expect(found({ source: 'shop', level: 'error' })).toEqual([4, 2]);
  expect(found({ q: 'lINE 7' })).toEqual([8]);
  expect(found({ step: 'none' })).toEqual([]);
  const first = ring.page({}, { limit: 4 });
  expect(first.next).toBe(7);
  expect(ring.page({}, { limit: 4, before: first.next! }).items.map(({ seq }) => seq)).toEqual([6, 5, 4, 3]);
  expect(ring.page({}, { limit: 4, before: 5 })).toMatchObject({ next: undefined });
});

it('is bounded in lines and in characters, and a line too', () => {
  const ring = createLogRing();
  for (let at = 1; at <= 12_000; at++) ring.add(line({ at }));
  const { items } = ring.page({}, { limit: 20_000 });
  expect(items).toHaveLength(10_000);
  expect(items.at(-1)).toMatchObject({ seq: 2001, at: 2001 });
  for (let at = 0; at < 1000; at++) ring.add(line({ pad: 'x'.repeat(16_000) }));
  expect(ring.page({}, { limit: 20_000 }).items.length).toBeLessThan(600);
  ring.add(line({ level: 'error', source: 'shop', msg: 'y'.repeat(50_000) }));
  const [cut] = ring.page({}, { limit: 1 }).items;
  expect(cut).toMatchObject({ level: 'error', source: 'shop', cut: true });
  expect(cut!['msg']).toHaveLength(2000);
});

it('tells followers what they asked for, until they stop', () => {
  const ring = createLogRing();
  const seen: LogLine[] = [];
  const stop = ring.follow({ level: 'error' }, (one) => void seen.push(one));
  ring.add(line({}));
  ring.add(line({ level: 'error' }));
  ring.add('no JSON');
  stop();
  ring.add(line({ level: 'error' }));
  expect(seen).toEqual([{ seq: 2, level: 'error', msg: 'x' }]);
  expect(ring.page({}, { limit: 2 }).items[1]).toEqual({ seq: 3, level: 'info', msg: 'no JSON' });
});
