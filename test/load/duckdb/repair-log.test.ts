import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Destination, Row } from '../../../src/load/destination.ts';
import { openDuckDb } from '../../../src/load/destinations/duckdb/index.ts';
import { payments, row, settleRows } from '../../conformance/destination.ts';

let destination: Destination;
beforeEach(async () => {
  destination = await openDuckDb({ path: ':memory:' });
  await destination.prepare([payments]);
});
afterEach(() => destination.close());

const load = (rows: Row[]) => settleRows(destination, rows);
const trail = { healer: 'rule', ruleId: 'r1', original: '{"a":1,"b":2}', plan: '{"operations":[]}' } as const;

describe('the log of repairs', () => {
  it('gives the result back that a patch stands for', async () => {
    const repair = { ...trail, result: '{"b":2,"c":1}', patch: '{"c":1,"a":null}' };
    await load([row({ event_id: 'e1' }, { repair })]);
    const { rows } = await destination.query!('select result from _sentinel_repairs');
    expect(JSON.parse(String(rows[0]![0]))).toEqual({ b: 2, c: 1 });
  });

  it('takes a source that no statement could hold', async () => {
    const hostile = row({ event_id: 'e1' }, { source: 'a\0b', repair: { ...trail, result: '{}' } });
    expect((await load([hostile])).map(({ status }) => status)).toEqual(['loaded']);
    const { rows } = await destination.query!('select source from _sentinel_repairs');
    expect(rows).toEqual([['a\0b']]);
  });

  it('records a repeat of such a source, too', async () => {
    await load([row({ event_id: 'e1' })]);
    const again = await load([row({ event_id: 'e1' }, { source: 'a\0b' })]);
    expect(again.map(({ status }) => status)).toEqual(['duplicate']);
  });
});
