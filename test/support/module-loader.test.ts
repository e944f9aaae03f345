import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as zod from 'zod';
import { importModule } from '../../src/support/module-loader.ts';
import * as entry from '../../src/index.ts';

describe("importing a user's module", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sentinel-modules-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const write = async (name: string, text: string) => {
    const file = join(folder, name);
    await writeFile(file, text);
    return file;
  };

  it('reads TypeScript, with its default and named exports', async () => {
    const file = await write(
      'typed.ts',
      'export default { answer: 42 as number }; export const name: string = "x";',
    );
    expect(await importModule(file)).toEqual({ default: { answer: 42 }, name: 'x' });
  });

  it('reads JavaScript modules and top-level await', async () => {
    const file = await write('late.mjs', 'export const late = await Promise.resolve(1);');
    expect(await importModule(file)).toEqual({ late: 1 });
  });

  it("gives it this process's own data-sentinel and zod, though neither is installed there", async () => {
    const file = await write(
      'instances.ts',
      "import * as sentinel from 'data-sentinel'; import { z } from 'zod'; export { sentinel, z };",
    );
    const { sentinel, z } = await importModule(file);
    expect(Object.keys(sentinel as object).sort()).toEqual(Object.keys(entry).sort());
    expect(z).toBe(zod.z);
  });

  it('reads a changed file, and the files it imports, again only when asked for a fresh copy', async () => {
    await write('_part.ts', 'export const part = 1;');
    const file = await write('whole.ts', "import { part } from './_part.ts'; export const whole = part;");
    expect(await importModule(file)).toEqual({ whole: 1 });
    await write('_part.ts', 'export const part = 2;');
    expect(await importModule(file)).toEqual({ whole: 1 });
    expect(await importModule(file, { fresh: true })).toEqual({ whole: 2 });
  });

  it('rejects with what the module throws', async () => {
    const file = await write('broken.ts', "throw new Error('no such table');");
    await expect(importModule(file)).rejects.toThrow('no such table');
  });
});
