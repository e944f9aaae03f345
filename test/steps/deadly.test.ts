import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readingMark } from '../../src/config/marks.ts';
import { bookOfSteps, killersIn, prove } from '../../src/contracts/apart/deaths.ts';
import { deadlyCode } from '../../src/runtime/deadly-code.ts';
import { IsolatedStep } from '../../src/steps/apart/isolated-step.ts';
import { discoverSteps } from '../../src/steps/discover.ts';
import { type ExhaustedMessage, startSteps } from '../../src/steps/runner.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { until } from '../helpers/until.ts';
import { collect, message, quickRetry, silent, temporaryEngine } from './support.ts';

/** Ends the whole process from any of its threads, as a native crash does. */
const crash = "(await import('node:child_process')).execSync(`kill -ABRT ${process.pid}`);";
const step = `
  export const config = { name: 'frail', description: 'd', triggers: [{ type: 'queue', topic: 'in' }], enqueues: ['out'], flows: [] };
  export async function handler({ n, dies }, { enqueue, contracts, state }) {
    if (dies) ${crash}
    await state.put('n', n);
    await enqueue('out', { n: await state.get('n'), ok: contracts.validate('order', '1.0.0', { n }).ok });
  }`;

it('a step whose code the last process did not survive runs in one of its own, and its message costs nothing else', async () => {
  const folder = await temporaryFolder();
  const [steps, marks] = [join(folder, 'steps'), join(folder, 'judging')];
  await mkdir(steps);
  await mkdir(marks);
  const file = join(steps, 'frail.step.mjs');
  await writeFile(file, step);
  await writeFile(join(marks, 'step-a'), `${file}\n`);
  await writeFile(join(marks, 'step-b'), '\n');

  const { apart } = await deadlyCode(marks, 5000, silent);
  expect(apart).toEqual([file]);
  expect(await readdir(marks)).toEqual(['deaths-of-steps.json']);

  const { engine, dispose } = await temporaryEngine();
  const exhausted: ExhaustedMessage[] = [];
  const found = await discoverSteps([steps], {
    isolate: (path) =>
      new IsolatedStep(path, {
        stallMs: 5000,
        isApart: apart.includes(path),
        onDeadly: () => prove(marks, path, bookOfSteps),
      }),
  });
  const running = await startSteps(found, {
    engine,
    log: silent,
    subscribed: new Set(['out']),
    contracts: { validate: (_name, _version, value) => ({ ok: true, value }) },
    retry: { ...quickRetry, maxAttempts: 5 },
    onReplayed: async () => undefined,
    onExhausted: async (given) => void exhausted.push(given),
  });
  const out = await collect(engine, 'out');
  await engine.publish('in', [message({ n: 1 }), message({ n: 2, dies: true }), message({ n: 3 })]);
  await until(() => exhausted.length === 1 && out.length === 2);
  expect(exhausted[0]?.attempts).toBe(3);
  expect(exhausted[0]?.error).toMatchObject({
    tag: 'step_killed',
    message: expect.stringContaining('SIGABRT') as string,
  });
  expect(out).toEqual([
    { n: 1, ok: true },
    { n: 3, ok: true },
  ]);
  await running.stop();
  for (const { close } of found) await close?.();
  await dispose();
  // Proven, and not by chance: for longer than a minute.
  expect(killersIn(marks, { marks: [], book: bookOfSteps })).toMatchObject([{ label: file }]);
  expect(killersIn(marks, { marks: [], book: bookOfSteps })![0]!.quietMs).toBeGreaterThan(600_000);
});

it('a file of contracts that ends the process which reads it is set aside; one that was read by chance is not', async () => {
  const folder = await temporaryFolder();
  const [deadly, chance] = [join(folder, 'deadly.mjs'), join(folder, 'chance.mjs')];
  await writeFile(deadly, crash);
  await writeFile(chance, 'export default 1;');
  const after = async (file: string) => {
    await writeFile(join(folder, readingMark), `${file}\n`);
    return [...(await deadlyCode(folder, 5000, silent)).setAside];
  };
  expect(await after(deadly)).toEqual([[deadly, expect.stringMatching(/SIGABRT.*Mend the code/)]]);
  expect(await after(chance)).toEqual([]);
});

it('the mark names a step while its code runs, and no longer', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'frail.step.mjs');
  await writeFile(file, step);
  const mark = join(folder, 'judging', 'step-a');
  const isolated = new IsolatedStep(file, { stallMs: 5000, mark });
  const loading = isolated.load();
  expect((await deadlyCode(join(folder, 'judging'), 5000, silent)).apart).toEqual([file]);
  await loading;
  await isolated.close();
});
