import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadContracts } from '../../src/contracts/discover.ts';
import type { JsonObject } from '../../src/model/json.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sentinel-embedded-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it.each([
  ['relative, in a schema without a name', undefined, 'part.json', 'part.json#/$defs/whole'],
  [
    'relative to the name of the schema',
    'https://example.com/s/root.json',
    'part.json',
    'part.json#/$defs/whole',
  ],
  [
    'absolute',
    'https://example.com/s/root.json',
    'https://example.com/s/part.json',
    'part.json#/$defs/whole',
  ],
  [
    'from the root of the host',
    'https://example.com/s/root.json',
    '/s/part.json',
    './part.json#/$defs/whole',
  ],
])('finds an embedded schema by its $id: %s', async (name, $id, embedded, $ref) => {
  const contract = name.replaceAll(/\W/g, '_');
  const schema = {
    ...($id !== undefined && { $id }),
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    'x-contract': { name: contract, version: '1.0.0' },
    type: 'object',
    properties: { n: { $ref } },
    $defs: { part: { $id: embedded, $defs: { whole: { type: 'integer' } } } },
  };
  await writeFile(join(folder, `${contract}.schema.json`), JSON.stringify(schema));
  const found = (await loadContracts([folder], { strict: true })).get(contract, '1.0.0')!;

  expect(found.validate({ n: 5 }).ok).toBe(true);
  expect(found.validate({ n: 5.5 }).ok).toBe(false);
});

it('takes of a file beside it what is referred to, as its publisher refers to it, and no more', async () => {
  const beside = join(folder, 'kubernetes');
  await mkdir(beside);
  const part = {
    $id: 'https://example.io/api/_definitions.json',
    $defs: {
      meta: { type: 'object', properties: { $id: { type: 'string' }, labels: { $ref: '#/$defs/labels' } } },
      labels: { type: 'object', additionalProperties: { $ref: '#text' } },
      text: { $anchor: 'text', type: 'string', minLength: 1 },
      ...Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`other${at}`, { $ref: '#/$defs/gone' }])),
    },
  };
  const schema = {
    $id: 'https://example.io/api/deployment/v1',
    'x-contract': { name: 'deployment', version: '1.0.0' },
    type: 'object',
    properties: {
      metadata: { $ref: '/api/_definitions.json#/$defs/meta' },
      name: { $ref: '_definitions.json#text' },
    },
  };
  await writeFile(join(beside, '_definitions.json'), JSON.stringify(part));
  await writeFile(join(beside, 'deployment.schema.json'), JSON.stringify(schema));
  const found = (await loadContracts([beside], { strict: true })).get('deployment', '1.0.0')!;

  expect(found.validate({ metadata: { $id: 'a', labels: { app: 'web' } }, name: 'b' }).ok).toBe(true);
  const wrong: JsonObject[] = [{ metadata: { $id: 1 } }, { metadata: { labels: { app: 1 } } }, { name: '' }];
  for (const broken of wrong) expect([broken, found.validate(broken).ok]).toEqual([broken, false]);
  expect(found.columns.map(({ type }) => type.kind)).toEqual(['json', 'string']);
  expect(JSON.stringify(found.jsonSchema)).not.toContain('other');
});
