import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readContracts } from '../../src/cli/contracts-read.ts';
import type { Config } from '../../src/config/load.ts';
import { type LoadOptions, loadContracts } from '../../src/contracts/discover.ts';
import { chooseContract } from '../../src/validate/choose-contract.ts';

const definition = new URL('../../src/contracts/index.ts', import.meta.url).href;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sentinel-confined-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(files: Record<string, unknown>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
}

const schema = (
  name: string,
  version = '1.0.0',
  more: object = { properties: { n: { type: 'number' } } },
) => ({
  'x-contract': { name, version },
  ...more,
});

async function load(options: LoadOptions = {}, folders = ['']) {
  const problems: string[] = [];
  const warnings: string[] = [];
  const registry = await loadContracts(
    folders.map((name) => join(folder, name)),
    {
      strict: false,
      ...options,
      onProblem: ({ file, line, message }) =>
        problems.push(`${file.slice(folder.length + 1)}${line === undefined ? '' : `:${line}`}: ${message}`),
      onWarning: ({ file, message }) => warnings.push(`${file.slice(folder.length + 1)}: ${message}`),
    },
  );
  return {
    registry,
    names: registry.all().map(({ name, version }) => `${name} ${version}`),
    problems,
    warnings,
  };
}

describe('one bad contract does not stop the others', () => {
  it.each<[string, string | object, RegExp]>([
    ['b.schema.json', '{\n  "x-contract": {},\n  oops\n}', /^b\.schema\.json:3: not JSON/],
    ['b.schema.json', schema('b', 'one'), /^b\.schema\.json:1: b: `version` must be/],
    ['b.schema.json', schema('b', '1.0.0', { type: 'text' }), /type must be/],
    ['b.schema.json', schema('b', '1.0.0', { $ref: '#/$defs/none' }), /#\/\$defs\/none leads nowhere/],
    ['b.schema.json', schema('b', '1.0.0', { properties: { '': {} } }), /empty name/],
    ['b.schema.json', schema('b', '1.0.0', { properties: { _source: {} } }), /_source.*rename/],
    ['b.schema.json', schema('b', '1.0.0', { properties: { id: {}, Id: {} } }), /differ in case/],
    [
      'b.schema.json',
      schema('a', '1.1.0', { properties: { n: { type: 'string' } } }),
      /as string, but version 1\.0\.0 as number/,
    ],
    [
      'b.ts',
      "import { z } from 'zod'; export default z.object({ a: z.string() });",
      /write export default defineContract/,
    ],
    ['b.ts', 'export default {', /^b\.ts: /],
    [
      'b.schema.json',
      schema('b', '1.0.0', { properties: { n: { type: 'string', pattern: '^(a' } } }),
      /pattern at \/properties\/n is no regular expression/,
    ],
    [
      'b.schema.json',
      { 'x-contract': { name: 'b', version: '1.0.0', key: '/n/id' }, properties: { n: { type: 'string' } } },
      /its key \/n\/id is within n, which is string/,
    ],
    [
      'b.ts',
      `import { defineContract } from '${definition}';
import { z } from 'zod';
export default defineContract({
  name: 'b', version: '1.0.0', key: 'n', schema: z.object({ n: z.string() }).transform((event) => ({ ...event })),
});`,
      /its key \/n is in no column.*add \.pipe\(z\.object/,
    ],
  ])('%s with %j', async (file, content, problem) => {
    await write({ 'a.schema.json': schema('a'), [file]: content, 'c.schema.json': schema('c') });
    const { names, problems } = await load();
    expect(names).toEqual(['a 1.0.0', 'c 1.0.0']);
    expect(problems).toEqual([expect.stringMatching(problem)]);
    await expect(load({ strict: true })).rejects.toMatchObject({
      code: 'contract_invalid',
      message: expect.stringContaining(join(folder, file)) as string,
    });
  });

  it('all of them are told in a strict start', async () => {
    await write({ 'a.schema.json': '{', 'b.schema.json': schema('b', 'x'), 'c.schema.json': schema('c') });
    await expect(load({ strict: true })).rejects.toThrow(/a\.schema\.json.*\n.*b\.schema\.json/);
  });

  it('its events wait for a person, and are not judged by the default contract', async () => {
    await write({ 'a.schema.json': schema('a'), 'b.schema.json': schema('b', '1.0.0', { type: 'text' }) });
    const { registry } = await load();
    const choice = { sources: {}, defaultContract: 'a', unknownVersion: 'latest' as const };
    const chosen = chooseContract({ type: 'b', n: 1 }, 'shop', registry, choice);
    expect(chosen).toMatchObject({
      ok: false,
      error: {
        contract: 'b',
        violation: { message: expect.stringContaining("Contract b can't be read") as string },
      },
    });
  });
});

describe('a file that does not come as far as to name its contract', () => {
  const choice = { sources: {}, defaultContract: 'a', unknownVersion: 'latest' as const };

  it.each([
    ['cut.schema.json', '{ "x-contract": { "name": "b", "version": "1.0.0" }, '],
    ['b.schema.json', '{'],
    ['b.ts', 'export default {{{'],
    ['all.ts', `export const one = contract({ name: 'c' }); export const two = contract({ name: 'b' })`],
    ['lazy.mjs', `const names = ['b', 'c']; export default names.map((name) => nothing(name));`],
    ['old.js', `throw new Error('x'); export const name = "b";`],
  ])('its events are not judged by the default contract: %s', async (file, text) => {
    await write({ 'a.schema.json': schema('a'), [file]: text });
    const { registry, problems } = await load();
    expect(problems).toHaveLength(1);
    const of = (type: string) => chooseContract({ type, n: 1 }, 'shop', registry, choice);
    expect(of('b')).toMatchObject({ ok: false, error: { violation: { code: 'unknown_contract' } } });
    expect(of('sale')).toMatchObject({ ok: true, value: { name: 'a' } });
  });

  it('nor by another version of it', async () => {
    await write({
      'a.schema.json': schema('a'),
      'next.ts': `export default { name: 'a', version: '1.1.0', upgrade: { from: '1.0.0' } `,
    });
    const { registry } = await load();
    const of = (version: string) => chooseContract({ type: 'a', version, n: 1 }, 'shop', registry, choice).ok;
    expect(['1.0.0', '1.1.0', '1.2.0'].map(of)).toEqual([true, false, false]);
  });
});

describe('one bad version does not stop the others of its name', () => {
  it('an event waits when it means the bad one, and only then', async () => {
    await write({
      'a1.schema.json': schema('a'),
      'a11.schema.json': schema('a', '1.1.0', { type: 'text' }),
      'a3.schema.json': schema('a', '3.0.0'),
      'a5.schema.json': schema('a', 'five'),
    });
    const { registry } = await load();
    const of = (version?: string): string => {
      const found = registry.resolve('a', version, 'dead_letter');
      return found.ok ? found.value.version : found.error.code;
    };
    expect([undefined, '1.0.0', '1', '1.1.0', '1.2.0', '3.1.0', '4.0.0'].map(of)).toEqual([
      '1.0.0',
      '1.0.0',
      '1.0.0',
      'unknown_contract',
      'unknown_contract',
      '3.0.0',
      'unknown_contract_version',
    ]);
  });
});

describe('a name and version stand once', () => {
  it('both files are named, in one folder and in two', async () => {
    await write({
      'x/a.schema.json': schema('a'),
      'y/a2.schema.json': schema('a'),
      'shipped/s.schema.json': schema('s'),
    });
    for (const folders of [['x', 'y'], ['shipped', 'x', 'y'], ['']]) {
      const { names, problems } = await load({ override: folders.length > 2 }, folders);
      expect(names).not.toContain('a 1.0.0');
      expect(problems).toEqual([
        expect.stringMatching(/^y\/a2\.schema\.json: .*defined twice, also in .*x\/a\.schema\.json/),
      ]);
    }
  });

  it('and neither of two is taken, as nobody knows which is meant', async () => {
    await write({
      'x/a.schema.json': schema('a'),
      'x/b.schema.json': schema('b'),
      'y/a2.schema.json': schema('a'),
      'y/a3.schema.json': schema('a'),
    });
    const { registry, problems } = await load({}, ['x', 'y']);
    expect(problems).toHaveLength(2);
    expect(registry.all().map(({ name }) => name)).toEqual(['b']);
    expect(registry.resolve('a', '1.0.0', 'latest')).toMatchObject({
      ok: false,
      error: { code: 'unknown_contract', message: expect.stringContaining("can't be read") as string },
    });
  });

  it('the first of the folders is no other when nothing shipped is in it', async () => {
    await write({ 'x/a.schema.json': schema('a'), 'y/a2.schema.json': schema('a') });
    const config = {
      builtinContracts: false,
      contracts: [join(folder, 'x'), join(folder, 'y')],
      pipeline: { stallMs: 1000 },
    } as Config;
    const { problems } = await readContracts(config);
    expect(problems).toMatchObject([{ file: join(folder, 'y/a2.schema.json') }]);
  });

  it('what is shipped may be replaced', async () => {
    await write({
      'shipped/a.schema.json': schema('a'),
      'own/a.schema.json': { ...schema('a'), description: 'own' },
    });
    const { registry, problems } = await load({ override: true }, ['shipped', 'own']);
    expect([registry.get('a', '1.0.0')?.description, problems]).toEqual(['own', []]);
  });

  it('what is shipped is in the way of no contract of the user', async () => {
    const text = { properties: { n: { type: 'string' } } };
    const ofTable = { ...schema('c'), 'x-contract': { name: 'c', version: '1.0.0', table: 'B' } };
    await write({
      'shipped/a.schema.json': schema('a'),
      'shipped/a2.schema.json': schema('a', '2.0.0'),
      'shipped/b.schema.json': schema('b'),
      'shipped/d.schema.json': schema('d'),
      'own/a.schema.json': schema('a', '1.0.0', text),
      'own/c.schema.json': ofTable,
      'own/d.schema.json': '{ "x-contract": { "name": "d", "version": "1.0.0" }, ',
    });
    const { registry, problems } = await load({ override: true, strict: false }, ['shipped', 'own']);
    expect(registry.all().map(({ name, version }) => `${name} ${version}`)).toEqual(['a 1.0.0', 'c 1.0.0']);
    expect(problems).toHaveLength(1);
    expect(registry.resolve('d', undefined, 'latest')).toMatchObject({ ok: false });
  });
});

describe('what is read otherwise than its author may think is said', () => {
  it.each<[string, object, RegExp]>([
    ['invoice.json', schema('invoice'), /name it invoice\.schema\.json/],
    ['k.schema.json', { ...schema('k'), $schema: 'https://example.org/mine' }, /read as 2020-12/],
    [
      'k.schema.json',
      { 'x-contract': { name: 'k', version: '1.0.0', key: 'n' }, properties: { n: { type: 'number' } } },
      /its key \/n may be missing/,
    ],
    [
      'k.schema.json',
      {
        'x-contract': { name: 'k', version: '1.0.0', key: ['n', '/o/p'] },
        required: ['n', 'o'],
        properties: {
          n: { type: 'number' },
          o: { type: 'object', required: ['p'], properties: { p: { type: ['string', 'null'] } } },
        },
      },
      /its key \/o\/p may be missing/,
    ],
  ])('%s', async (file, content, warning) => {
    await write({ [file]: content });
    const { warnings, problems } = await load();
    expect(problems).toEqual([]);
    expect(warnings).toEqual([expect.stringMatching(warning)]);
  });

  it('not where all is well', async () => {
    await write({
      'k.schema.json': {
        'x-contract': { name: 'k', version: '1.0.0', key: ['n'] },
        required: ['n'],
        properties: { n: { type: 'number' } },
      },
      'package.json': { name: 'x' },
      'broken.json': '{',
    });
    expect(await load()).toMatchObject({ warnings: [], problems: [], names: ['k 1.0.0'] });
  });
});

describe('a schema may refer to files beside it', () => {
  const order = schema('order', '1.0.0', {
    properties: {
      price: { $ref: './parts/money.json#/definitions/price' },
      who: { $ref: 'who.schema.json' },
    },
  });
  const money = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    definitions: {
      cents: { type: 'integer' },
      price: {
        type: 'object',
        properties: { cents: { $ref: '#/definitions/cents' }, who: { $ref: '../who.schema.json' } },
      },
    },
  };

  it('which need not be contracts themselves', async () => {
    await write({
      'order.schema.json': order,
      'parts/money.json': money,
      'who.schema.json': { type: 'string', minLength: 2 },
    });
    const { registry, problems, warnings } = await load();
    expect([problems, warnings]).toEqual([[], []]);
    const contract = registry.latest('order')!;
    expect(contract.validate({ price: { cents: 5, who: 'me' }, who: 'you' }).ok).toBe(true);
    expect(contract.validate({ price: { cents: 'x', who: 'm' }, who: 1 })).toMatchObject({
      violations: [{ path: '/price/cents' }, { path: '/price/who' }, { path: '/who' }],
    });
  });

  it('which may have addresses of their own, as those of draft 4', async () => {
    const $schema = 'http://json-schema.org/draft-04/schema#';
    const id = (name: string) => `https://example.com/v1.2/${name}#`;
    await write({
      'order.schema.json': {
        $schema,
        id: id('order.json'),
        ...schema('order', '1.0.0', { properties: { price: { $ref: 'money.json#' } } }),
      },
      'money.json': {
        $schema,
        id: id('money.json'),
        properties: { id: { $ref: 'cents.json#' } },
        required: ['id'],
      },
      'cents.json': { $schema, id: id('cents.json'), type: 'integer' },
    });
    const { registry, problems } = await load();
    expect(problems).toEqual([]);
    const contract = registry.latest('order')!;
    expect(contract.validate({ price: { id: 5 } }).ok).toBe(true);
    expect(contract.validate({ price: { id: '5' } }).ok).toBe(false);
  });

  it('but not to files elsewhere, also not through a link, nor to what is not there', async () => {
    await write({
      'secret.json': {},
      'in/a.schema.json': schema('a', '1.0.0', { properties: { x: { $ref: '../secret.json' } } }),
    });
    await write({ 'in/b.schema.json': schema('b', '1.0.0', { properties: { x: { $ref: 'link.json' } } }) });
    await write({ 'in/c.schema.json': schema('c', '1.0.0', { properties: { x: { $ref: 'none.json' } } }) });
    await symlink(join(folder, 'secret.json'), join(folder, 'in/link.json'));
    const { names, problems } = await load({}, ['in']);
    expect(names).toEqual([]);
    expect(problems).toEqual([
      expect.stringContaining('leads out of the folder'),
      expect.stringContaining('leads out of the folder'),
      expect.stringContaining('names no file'),
    ]);
  });
});
