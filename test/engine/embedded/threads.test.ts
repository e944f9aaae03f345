import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { StateChange } from '../../../src/engine/engine.ts';
import { useBundledEngine } from './bundle.ts';
import { message, openEngine, readAll, text } from './fixtures.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { until } from '../../helpers/until.ts';

describe('threads that share a folder', () => {
  const engineUrl = useBundledEngine();

  /** A thread with an `engine` open on `dir`; resolves when the script has posted its first message. */
  async function startThread(dir: string, script: string): Promise<Worker> {
    const file = join(await temporaryFolder(), 'thread.mjs');
    const options = JSON.stringify({ dir, writer: 'pipeline' });
    await writeFile(
      file,
      `import { parentPort } from 'node:worker_threads';
       import { openEmbeddedEngine } from ${JSON.stringify(engineUrl())};
       const engine = await openEmbeddedEngine(${options});
       const say = (message) => parentPort.postMessage(message);
       parentPort.on('message', async (order) => {
         if (order === 'stop') { await engine.close(); parentPort.close(); }
       });
       ${script}`,
    );
    const worker = new Worker(file);
    onTestFinished(async () => void (await worker.terminate()));
    await once(worker, 'message');
    return worker;
  }
  async function stopThread(worker: Worker): Promise<void> {
    const gone = once(worker, 'exit');
    worker.postMessage('stop', []);
    await gone;
  }

  it('one publishes, the other consumes at once, without waiting for its poll', async () => {
    const dir = await temporaryFolder();
    const engine = await openEngine(dir);
    const worker = await startThread(
      dir,
      `await engine.consume('orders', 'loader', {}, async (batch) => {
         await engine.publish('loaded', batch.map(({ body }) => ({ body: Buffer.from(body) })));
       });
       say('ready');`,
    );
    const back: number[] = [];
    const sent: number[] = [];
    await engine.consume('loaded', 'main', {}, async (batch) => {
      for (const _ of batch) back.push(performance.now());
    });
    for (let i = 0; i < 20; i++) {
      sent.push(performance.now());
      await engine.publish('orders', [message(`order ${i}`)]);
      await until(() => back.length === i + 1);
    }
    const delays = sent.map((at, i) => (back[i] ?? Infinity) - at).sort((a, b) => a - b);
    expect(delays[10]).toBeLessThan(2500); // the median; without a wake-up each of the two waits for a poll of 2.5 s
    await stopThread(worker);
  });

  it('each writer has a partition of its own, and a consumer reads them all', async () => {
    const dir = await temporaryFolder();
    const engine = await openEngine(dir);
    const worker = await startThread(
      dir,
      `for (let i = 0; i < 50; i++) await engine.publish('orders', [{ body: Buffer.from('pipeline ' + i) }]);
       say('done');`,
    );
    for (let i = 0; i < 50; i++) await engine.publish('orders', [message(`main ${i}`)]);
    const partitions = new Map<string, string[]>();
    await engine.consume('orders', 'loader', { maxEvents: 7 }, async (batch) => {
      for (const one of batch)
        partitions.set(one.position.partition, [
          ...(partitions.get(one.position.partition) ?? []),
          text(one),
        ]);
    });
    await until(() => [...partitions.values()].flat().length === 100);
    expect(partitions.get('orders/main')).toEqual(Array.from({ length: 50 }, (_, i) => `main ${i}`));
    expect(partitions.get('orders/pipeline')).toEqual(Array.from({ length: 50 }, (_, i) => `pipeline ${i}`));
    await stopThread(worker);
  });

  it('see each other’s state; of all who put a key if absent, one wins; watchers hear of it', async () => {
    const dir = await temporaryFolder();
    const engine = await openEngine(dir);
    const heard: StateChange[] = [];
    engine.state.watch('lock/', (change) => heard.push(change));
    const race = `Promise.all(Array.from({ length: 50 }, (_, i) => engine.state.putIfAbsent('lock/' + i, 'pipeline')))`;
    const worker = await startThread(
      dir,
      `say('ready');
       parentPort.once('message', async () => { say((await ${race}).filter(Boolean).length); });`,
    );
    const answer = once(worker, 'message');
    worker.postMessage('go', []);
    const mine = await Promise.all(
      Array.from({ length: 50 }, (_, i) => engine.state.putIfAbsent(`lock/${i}`, 'main')),
    );
    const [theirs] = (await answer) as [number];
    expect(mine.filter(Boolean).length + theirs).toBe(50);
    const locks = await engine.state.list('lock/');
    expect(locks.filter(({ value }) => value === 'main')).toHaveLength(mine.filter(Boolean).length);
    await until(() => new Set(heard.map(({ key }) => key)).size === 50);
    await stopThread(worker);
  });

  it('a writer’s name may be taken over: nothing is overwritten', async () => {
    const dir = await temporaryFolder();
    const [one, two] = [await openEngine(dir), await openEngine(dir)];
    await Promise.all(
      Array.from({ length: 40 }, (_, i) => (i % 2 ? one : two).publish('orders', [message(`order ${i}`)])),
    );
    for (let i = 40; i < 60; i++) await (i % 2 ? one : two).publish('orders', [message(`order ${i}`)]);
    expect(new Set(await readAll(one, 'orders', 60)).size).toBe(60);
  });

  it('one closes, the other goes on', async () => {
    const dir = await temporaryFolder();
    const engine = await openEngine(dir);
    const worker = await startThread(dir, `await engine.state.put('from', 'the thread'); say('ready');`);
    await stopThread(worker);
    expect(await engine.state.get('from')).toBe('the thread');
    await engine.publish('orders', [message('still works')]);
    expect(await readAll(engine, 'orders', 1)).toEqual(['still works']);
  });
});
