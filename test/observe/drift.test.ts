import { expect, it } from 'vitest';
import * as z from 'zod';
import { defineContract } from '../../src/contracts/index.ts';
import { DriftWatch } from '../../src/observe/history/drift.ts';
import { keepDrift } from '../../src/observe/history/drift-store.ts';
import type { Json, JsonObject } from '../../src/model/json.ts';
import { createLogger } from '../../src/support/log.ts';
import type { Verdict } from '../../src/validate/stage.ts';
import { memoryState } from '../../src/testing/memory-state.ts';

const contract = defineContract({
  name: 'visit',
  version: '1.0.0',
  schema: z.object({ id: z.string(), where: z.object({ city: z.string() }) }),
});
const log = createLogger({ level: 'silent', format: 'json' });
const valid = (source = 'web'): Verdict => ({
  kind: 'valid',
  source,
  contract,
  value: {},
  changed: undefined,
});
const invalid: Verdict = { kind: 'invalid', source: 'app', contract, violations: [], signature: '' };
const row = (extra: JsonObject, source = 'web') => ({
  contract: 'visit',
  contractVersion: '1.0.0',
  source,
  extra,
});

it('remembers undeclared fields: which, of which types, how often, since when, from whom', () => {
  let now = Date.parse('2026-03-01T00:00:00Z');
  const drift = new DriftWatch(() => now);
  drift.extra(row({ campaign: 'spring', 'a/b': 1 }));
  now += 1000;
  drift.extra(row({ campaign: 7 }, 'shop'));
  drift.look(invalid, { Id: 'x', where: { city: 'Ulm', zip: '89073' } });
  drift.look(valid(), { id: 'x', where: { city: 'Ulm', zip: 89073 }, campaign: 'counted with its row' });
  expect(drift.fields('visit')).toEqual([
    {
      version: '1.0.0',
      path: '/campaign',
      types: ['string', 'integer'],
      count: 2,
      first_seen: '2026-03-01T00:00:00.000Z',
      last_seen: '2026-03-01T00:00:01.000Z',
      sources: ['web', 'shop'],
    },
    expect.objectContaining({ path: '/where/zip', types: ['string', 'integer'], count: 2 }),
    expect.objectContaining({ path: '/Id', sources: ['app'] }),
    expect.objectContaining({ path: '/a~1b', types: ['integer'] }),
  ]);
  expect(drift.fields('other')).toEqual([]);
});

it('is bounded: in events a second, in fields, in sources, in the length of a path', () => {
  let now = 0;
  const drift = new DriftWatch(() => now);
  for (let at = 0; at < 1000; at++) drift.extra(row({ often: 1 }, `s${at}`));
  expect(drift.fields('visit')).toMatchObject([{ path: '/often', count: 200 }]);
  expect(drift.fields('visit')[0]!.sources).toHaveLength(20);
  for (let at = 0; at < 1000; at++) {
    now += 100;
    drift.extra(row({ [`random-${at}`]: 1, ['x'.repeat(5000)]: 1 }));
  }
  const fields = drift.fields('visit');
  expect(fields).toHaveLength(200);
  expect(fields[0]).toMatchObject({ path: '/often' });
  expect(fields.map(({ path }) => path)).toContain('/random-999');
});

it('survives a restart, and passes over what is no such entry', async () => {
  const state = memoryState();
  const drift = new DriftWatch();
  drift.extra(row({ campaign: 'spring' }));
  await (await keepDrift(state, drift, { write: true, log })).close();
  await state.put('history/drift/broken', { fields: 1 });
  const next = new DriftWatch();
  await keepDrift(state, next, { write: false, log });
  expect(next.fields('visit')).toEqual(drift.fields('visit'));
  expect(next.fields('broken')).toEqual([]);
});

it('adds up what several processes see, and each knows what the others have stored', async () => {
  const state = memoryState();
  let now = Date.parse('2026-03-01T00:00:00Z');
  const watches = [new DriftWatch(() => now), new DriftWatch(() => now)] as const;
  const stores = await Promise.all(watches.map((watch) => keepDrift(state, watch, { write: true, log })));
  watches[0].extra(row({ campaign: 'spring' }, 'web'));
  now += 1000;
  watches[1].extra(row({ campaign: 7, colour: 'red' }, 'shop'));
  await stores[0]!.close();
  await new Promise(setImmediate);
  const campaign = {
    path: '/campaign',
    count: 2,
    first_seen: '2026-03-01T00:00:00.000Z',
    last_seen: '2026-03-01T00:00:01.000Z',
    types: ['string', 'integer'],
    sources: ['web', 'shop'],
  };
  const both = [expect.objectContaining(campaign), expect.objectContaining({ path: '/colour', count: 1 })];
  expect(watches[1].fields('visit')).toEqual(both);
  await stores[1]!.close();
  const next = new DriftWatch();
  await keepDrift(state, next, { write: false, log });
  expect(next.fields('visit')).toEqual(both);
});

it('tries again to store what could not be stored, and counts it once', async () => {
  const state = memoryState();
  let isAway = true;
  const failing = {
    ...state,
    put: (key: string, value: Json) => (isAway ? Promise.reject(new Error('away')) : state.put(key, value)),
  };
  const drift = new DriftWatch();
  const store = await keepDrift(failing, drift, { write: true, log });
  drift.extra(row({ campaign: 'spring' }));
  await store.close();
  expect(drift.fields('visit')).toMatchObject([{ count: 1 }]);
  isAway = false;
  drift.extra(row({ campaign: 'spring' }));
  await store.close();
  expect(drift.fields('visit')).toMatchObject([{ count: 2 }]);
  expect(await state.get('history/drift/visit')).toMatchObject([{ count: 2 }]);
});
