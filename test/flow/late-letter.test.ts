import { expect, it } from 'vitest';
import { createRequestIds } from '../../src/ingest/request-id.ts';
import { copyTopic, readCopyMessage } from '../../src/load/replicas/message.ts';
import { prepareChain } from './chain-ground.ts';

it('a repair that waits for its turn while a rollback makes a letter of the event is not loaded, here or elsewhere', async () => {
  const { chain, engine, destination, loading, letters, fixed, dead } = await prepareChain();
  const nextId = createRequestIds();
  const [taken, other] = [nextId(1), nextId(1)];
  const letter = dead(taken, {
    code: 'rolled_back',
    attempts: [{ healer: 'rule', at: new Date().toISOString(), reason: 'taken back', rule_id: 'r' }],
  });
  // The rollback has its turn when the repair arrives, and writes its letter once the repair waits behind it.
  let go = (): void => undefined;
  const gate = new Promise<void>((resolve) => (go = resolve));
  const rollback = loading.inTurn('a rollback', async () => {
    await gate;
    await letters.takeBack([letter]);
  });
  await engine.state.put(`healing/${taken}`, {});
  let waits: () => void = () => undefined;
  const waiting = new Promise<void>((resolve) => (waits = resolve));
  const load = loading.load;
  loading.load = (...args) => {
    waits();
    return load(...args);
  };
  const done = chain.fromHealers([fixed(taken, 0), fixed(other, 1)]);
  await waiting;
  go();
  await Promise.all([rollback, done]);

  expect([await destination.find(taken), (await letters.get(taken))?.status]).toEqual([undefined, 'open']);
  expect((await destination.find(other))?.status).toBe('repaired');
  expect(await engine.state.list('healing/')).toEqual([]);
  const copies: unknown[] = [];
  await engine.findPending(copyTopic('lake'), 'loader', ({ body }) => {
    const message = readCopyMessage(body);
    copies.push('copy' in message ? message.copy.header.request_id : message.retracted);
    return undefined;
  });
  expect(copies).toEqual([taken, other, { request_id: taken }]);
});
