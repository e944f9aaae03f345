import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { useBundledEngine } from './bundle.ts';
import { openEngine, readAll } from './fixtures.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { until } from '../../helpers/until.ts';

describe('kill -9', () => {
  const engineUrl = useBundledEngine();

  /** Runs a script in a process of its own, with an `engine` open on `dir`. */
  async function run(dir: string, script: string): Promise<{ child: ChildProcess; output: () => string[] }> {
    const file = join(await temporaryFolder(), 'script.mjs');
    const open = `openEmbeddedEngine({ dir: ${JSON.stringify(dir)}, writer: 'main' })`;
    await writeFile(
      file,
      `import { writeSync } from 'node:fs';
       import { openEmbeddedEngine } from ${JSON.stringify(engineUrl())};
       const say = (line) => writeSync(1, line + '\\n');
       const alive = setInterval(() => {}, 1000);
       const engine = await ${open};
       ${script}`,
    );
    const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    let said = '';
    child.stdout?.on('data', (chunk) => (said += String(chunk)));
    return { child, output: () => said.split('\n').slice(0, -1) };
  }
  async function kill(child: ChildProcess): Promise<void> {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  it('loses nothing that was acknowledged, and the folder opens again', async () => {
    const dir = await temporaryFolder();
    const { child, output } = await run(
      dir,
      `let n = 0;
       const publisher = async () => {
         for (;;) {
           const me = String(n++);
           await engine.publish('orders', [{ body: Buffer.from(me) }]);
           say(me);
         }
       };
       await Promise.all(Array.from({ length: 16 }, publisher));`,
    );
    await until(() => output().length > 500);
    await kill(child);
    const acknowledged = output();

    const engine = await openEngine(dir);
    const kept = new Set(await readAll(engine, 'orders', acknowledged.length));
    expect(acknowledged.filter((one) => !kept.has(one))).toEqual([]);
  });

  it('delivers again what was not settled, and nothing that was', async () => {
    const dir = await temporaryFolder();
    const { child, output } = await run(
      dir,
      `for (let i = 0; i < 10; i++) await engine.publish('orders', [{ body: Buffer.from('order ' + i) }]);
       await engine.consume('orders', 'reader', { maxEvents: 1 }, async ([one]) => {
         if (one.body.toString() === 'order 5') await new Promise(() => {});
       });
       for (;;) {
         const [topic] = await engine.stats();
         if (topic.groups[0]?.pending === 5) break;
         await new Promise((resolve) => setTimeout(resolve, 5));
       }
       say('five are settled');`,
    );
    await until(() => output().length === 1);
    await kill(child);

    const engine = await openEngine(dir);
    expect(await readAll(engine, 'orders', 5)).toEqual([
      'order 5',
      'order 6',
      'order 7',
      'order 8',
      'order 9',
    ]);
  });

  it('the folder belongs to one process at a time', async () => {
    const dir = await temporaryFolder();
    const { child, output } = await run(dir, `await engine.state.put('key', 'written'); say('open');`);
    await until(() => output().length === 1);
    await expect(openEngine(dir)).rejects.toMatchObject({
      code: 'data_folder_in_use',
      message: expect.stringContaining(`pid ${child.pid}`) as unknown,
    });
    await kill(child);
    expect(await (await openEngine(dir)).state.get('key')).toBe('written');
  });
});
