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

describe('a module that is made a script', () => {
  const run = async (text: string, name = 'made.ts') => {
    const folder = await mkdtemp(join(tmpdir(), 'sentinel-modules-'));
    try {
      await writeFile(
        join(folder, '_rates.ts'),
        'export const rate = await Promise.resolve(2); export default 3;',
      );
      await writeFile(join(folder, name), text);
      return await importModule(join(folder, name));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };

  it.each([
    [
      'types, enums and modules that wait',
      "import { type X, rate } from './_rates.ts'; enum E { a = 1 } export const it = (rate as number) + E.a;",
      3,
    ],
    ['the default of another module', "import rate from './_rates.ts'; export const it = rate;", 3],
    ['what another module exports', "export { rate as it } from './_rates.ts';", 2],
    ['all that another module exports', "export * from './_rates.ts'; export const it = 1;", 1],
    ['an import at run time', "const { rate } = await import('./_rates.ts'); export const it = rate;", 2],
    ['what it says of itself', 'export const it = typeof import.meta.url;', 'string'],
    ['the word require in a text', "export const it = 'require(\\'x\\')';", "require('x')"],
    [
      'fields of classes',
      'class A { x = 1; static y?: number; declare z: string } export const it = new A().x;',
      1,
    ],
    ['namespaces', 'namespace N { export const one = 1 } export const it = N.one;', 1],
  ])('knows %s', async (_what, text, it) => {
    expect(await run(text)).toMatchObject({ it });
  });

  it('says the line where the syntax is wrong', async () => {
    await expect(run('export const a = 1;\nexport const b = (2;\n')).rejects.toThrow(/:2:|\(2:/);
  });

  it('keeps the lines of what fails later', async () => {
    const { fails } = await run(
      "import { z } from 'zod';\ntype T = {\n a: 1;\n};\nexport const fails = () => { throw new Error(String(z)); };",
    );
    expect(() => (fails as () => void)()).toThrow(
      expect.objectContaining({ stack: expect.stringMatching(/made\.ts:5:/) as string }),
    );
  });
});
