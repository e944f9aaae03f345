import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compactStore } from '../../../src/engine/embedded/compact.ts';
import { openEmbeddedEngine } from '../../../src/engine/embedded/index.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const leastSize = 2 ** 20;

it('gives the disk of what was deleted back, and keeps everything else', async () => {
  const dir = await temporaryFolder();
  const fill = async (work: (engine: Awaited<ReturnType<typeof openEmbeddedEngine>>) => Promise<void>) => {
    const engine = await openEmbeddedEngine({ dir, writer: 'main' });
    await work(engine);
    await engine.close();
  };
  const key = (at: number) => `k/${String(at).padStart(4, '0')}`;
  await fill(async ({ state, publish }) => {
    await state.write(
      Array.from({ length: 1000 }, (_, at) => ({ put: key(at), value: 'x'.repeat(3000), ttlMs: 3_600_000 })),
    );
    await publish('t', [{ body: Buffer.from('one') }]);
  });
  expect(await compactStore(dir, { leastSize })).toBeUndefined();
  await fill(({ state }) => state.write(Array.from({ length: 900 }, (_, at) => ({ delete: key(at) }))));

  expect(await compactStore(dir)).toBeUndefined();
  const { before, after } = (await compactStore(dir, { leastSize }))!;
  expect(after).toBeLessThan(before / 3);
  expect((await stat(join(dir, 'engine.mdb'))).size).toBe(after);
  await fill(async ({ state, findPending, publish }) => {
    expect((await state.list('k/')).map((entry) => entry.key)).toEqual(
      Array.from({ length: 100 }, (_, at) => key(900 + at)),
    );
    await publish('t', [{ body: Buffer.from('two') }]);
    const bodies: string[] = [];
    await findPending('t', 'g', ({ body }) => void bodies.push(Buffer.from(body).toString()));
    expect(bodies).toEqual(['one', 'two']);
  });
});
