import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LoadOptions, loadContracts } from '../../src/contracts/discover.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sentinel-contracts-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

const inZod = (name: string, version = '1.0.0', description = '') => `
  import { defineContract, z } from 'data-sentinel';
  export default defineContract({
    name: '${name}', version: '${version}', description: '${description}', schema: z.object({ n: z.number() }),
  });`;
const inJson = (name: string) =>
  JSON.stringify({ 'x-contract': { name, version: '1.0.0' }, properties: { n: { type: 'number' } } });

const names = async (folders: string[] = [''], options?: LoadOptions) => {
  const registry = await loadContracts(
    folders.map((name) => join(folder, name)),
    options,
  );
  return registry.all().map(({ name, version, description }) => `${name} ${version} ${description}`.trim());
};

describe('finding contracts', () => {
  it('says so when somebody forgot to compile one', async () => {
    await write({
      'a.ts': `import { z } from 'data-sentinel';
        export default { name: 'a', version: '1.0.0', schema: z.object({ n: z.number() }) };`,
    });
    await expect(names()).rejects.toThrow(/a\.ts: its export "default" is not compiled: .*defineContract/);
  });

  it('reads TypeScript, JavaScript and JSON Schema files, in folders within folders', async () => {
    await write({
      'a.ts': inZod('a'),
      'deep/er/b.mjs': inZod('b'),
      'deep/c.schema.json': inJson('c'),
      'several.ts': `
        import { defineContract, z } from 'data-sentinel';
        const schema = z.object({ n: z.number() });
        export const one = defineContract({ name: 'one', version: '1.0.0', schema });
        export const two = defineContract({ name: 'two', version: '1.0.0', schema });
        export default one;
        export const unrelated = { name: 'x', version: 'y' };`,
    });
    expect(await names()).toEqual(['a 1.0.0', 'b 1.0.0', 'c 1.0.0', 'one 1.0.0', 'two 1.0.0']);
  });

  it('passes over shared parts, tests, declarations and other files', async () => {
    const broken = 'throw new Error("must not be read")';
    await write({
      '_shared.ts': broken,
      '.hidden/a.ts': broken,
      'a.test.ts': broken,
      'a.d.ts': broken,
      'node_modules/a.js': broken,
      'README.md': '',
      'data.json': '{',
      'a.ts': inZod('a'),
    });
    expect(await names()).toEqual(['a 1.0.0']);
  });

  it.each([
    ['a.ts', 'export default [];', 'its default export is an array'],
    ['a.ts', 'export default () => ({ name: "a" });', 'its default export is a function'],
    ['a.ts', 'const n = 1;', 'it exports nothing'],
    ['a.mjs', 'export const n = 1;', 'none of its exports is a contract'],
    ['a.cjs', '', 'name it a.mjs'],
    ['a.cts', '', 'name it a.ts'],
    ['a.tsx', '', 'name it a.ts'],
    ['a.yaml', 'openapi: 3.1.0\n', 'sentinel contracts import a.yaml'],
    ['a.yml', '$schema: x\nproperties: {}\n', 'named a.schema.json'],
    ['A.Schema.JSON', inJson('a'), 'name it A.schema.json'],
    ['a.schema.JSON', inJson('a'), 'name it a.schema.json'],
    ['a.TS', inZod('a'), 'name it a.ts'],
  ])('warns of what is passed over: %s with %s', async (name, text, message) => {
    await write({ [name]: text, 'notes.yaml': 'team: shop\n' });
    const warnings: unknown[] = [];
    expect(await names([''], { onWarning: (warning) => warnings.push(warning) })).toEqual([]);
    expect(warnings).toEqual([
      expect.objectContaining({
        file: join(folder, name),
        message: expect.stringContaining(message) as string,
      }),
    ]);
  });

  it.each(['https://shop.example/money', '/moneySchema'])(
    'finds the file beside it that is named %s',
    async (id) => {
      const a = {
        'x-contract': { name: 'a', version: '1.0.0' },
        properties: { n: { $ref: `${id}#/$defs/n` }, m: { $ref: id } },
      };
      await write({
        'a.schema.json': JSON.stringify(a),
        'money_v1.json': JSON.stringify({ $id: id, type: 'integer', $defs: { n: { type: 'boolean' } } }),
        'other.json': '{',
      });
      const registry = await loadContracts([folder]);
      expect(registry.all()[0]!.columns.map(({ type }) => type.kind)).toEqual(['boolean', 'integer']);
      expect(registry.all()[0]!.validate({ n: true, m: 'x' })).toMatchObject({
        violations: [{ path: '/m' }],
      });
    },
  );

  it('reads JSON Schema after a byte order mark', async () => {
    await write({ 'a.schema.json': `\uFEFF${inJson('a')}` });
    expect(await names()).toEqual(['a 1.0.0']);
  });

  it('warns of misspelt keywords, and of required fields that are not declared, by their place', async () => {
    const schema = {
      'x-contract': { name: 'a', version: '1.0.0', key: 'id' },
      type: 'object',
      requierd: ['id'],
      required: ['id', 'total'],
      properties: {
        id: { type: 'string', maxLenght: 5 },
        // A field may have any name, and its parts may be declared elsewhere.
        requierd: { type: 'string', 'x-note': 1, unit: 'kg' },
        part: { properties: { a: {} }, anyOf: [{ properties: { b: {} }, required: ['a'] }] },
      },
    };
    await write({ 'a.schema.json': JSON.stringify(schema) });
    const warnings: string[] = [];
    await names([''], { onWarning: ({ message }) => warnings.push(message) });
    expect(warnings).toEqual([
      expect.stringContaining('/required names "total"') as string,
      expect.stringContaining('/requierd is no keyword, and checks nothing: write required') as string,
      expect.stringContaining('/properties/id/maxLenght is no keyword') as string,
    ]);
  });

  it('warns of what no value can be', async () => {
    const properties = {
      id: { type: 'string' },
      choice: { type: 'string', enum: [1, 2] },
      bounds: { type: 'number', minimum: 10, maximum: 5 },
      long: { type: 'string', minLength: 2, maxLength: 1 },
      never: false,
      whole: { type: 'number', enum: [1, 2.5], minimum: 1, maximum: 1 },
      either: { anyOf: [{ type: 'string', enum: [1] }, { type: 'number' }] },
    };
    const schema = { 'x-contract': { name: 'a', version: '1.0.0', key: 'id' }, type: 'object', properties };
    await write({ 'a.schema.json': JSON.stringify({ ...schema, required: ['id', 'never'] }) });
    const warnings: string[] = [];
    await names([''], { onWarning: ({ message }) => warnings.push(message) });
    expect(warnings).toEqual([
      expect.stringContaining('the schema takes no object: "never" is required') as string,
      expect.stringContaining('/properties/choice takes no value: none of its `enum`') as string,
      expect.stringContaining('/properties/bounds takes no value: minimum is more than maximum') as string,
      expect.stringContaining('/properties/long takes no value: minLength is more') as string,
    ]);
  });

  it('does not warn of what other contracts import', async () => {
    await write({
      'money.ts': "import { z } from 'data-sentinel'; export default () => z.number();",
      'a.ts': `import money from './money.ts';\n${inZod('a').replace('z.number()', 'money()')}`,
    });
    const warnings: unknown[] = [];
    expect(await names([''], { onWarning: (warning) => warnings.push(warning) })).toEqual(['a 1.0.0']);
    expect(warnings).toEqual([]);
  });

  it.each([
    ['a.ts', "throw new Error('no luck')", 'no luck'],
    ['a.ts', inZod('a', 'one'), '`version` must be'],
    ['a.schema.json', '{', 'JSON'],
    ['a.schema.json', '[]', 'must be an object'],
    ['a.schema.json', '{}', '`x-contract` is missing'],
    [
      'a.schema.json',
      inJson('a').replace(
        '{"n":{"type":"number"}}',
        '{"n":{"$ref":"#/$defs/b"}},"$defs":{"b":{"$ref":"#/$defs/c"},"c":{"$ref":"#/$defs/b"}}',
      ),
      'leads back to itself',
    ],
  ])('names the file that is broken: %s with %s', async (name, text, problem) => {
    await write({ [name]: text });
    const attempt = names();
    await expect(attempt).rejects.toMatchObject({ code: 'contract_invalid' });
    await expect(attempt).rejects.toThrow(join(folder, name));
    await expect(attempt).rejects.toThrow(problem);
  });

  it('names the folder that is not there', async () => {
    await expect(names(['nowhere'])).rejects.toMatchObject({
      code: 'contract_invalid',
      message: expect.stringContaining(join(folder, 'nowhere')) as string,
    });
  });

  it("lets a later folder's contract replace an earlier one only when asked to", async () => {
    await write({ 'shipped/a.ts': inZod('a', '1.0.0', 'theirs'), 'own/a.ts': inZod('a', '1.0.0', 'ours') });
    await expect(names(['shipped', 'own'])).rejects.toThrow('a 1.0.0 is defined twice');
    expect(await names(['shipped', 'own'], { override: true })).toEqual(['a 1.0.0 ours']);
  });

  it('reads changed files again when asked for fresh ones', async () => {
    await write({ 'a.ts': inZod('a') });
    expect(await names()).toEqual(['a 1.0.0']);
    await write({ 'a.ts': inZod('a', '2.0.0') });
    expect(await names()).toEqual(['a 1.0.0']);
    expect(await names([''], { fresh: true })).toEqual(['a 2.0.0']);
  });
});
