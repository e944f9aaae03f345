import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import type * as source from '../../src/contracts/index.ts';
import { packageFolder } from '../../src/support/package-folder.ts';

/** The compiler that builds the package is another one than the one that runs the tests. */
const { contractFromJsonSchema, loadContracts } = (await import(
  pathToFileURL(packageFolder('dist/index.js')).href
)) as typeof source;

it.each([
  'http://json-schema.org/draft-04/schema#',
  'http://json-schema.org/draft-06/schema#',
  'http://json-schema.org/draft-07/schema#',
  'https://json-schema.org/draft/2019-09/schema',
  'https://json-schema.org/draft/2020-12/schema',
])('the built package reads and judges %s', ($schema) => {
  const contract = contractFromJsonSchema({
    $schema,
    'x-contract': { name: 'built', version: '1.0.0' },
    type: 'object',
    properties: { at: { type: 'string', format: 'date-time' }, n: { type: 'number', multipleOf: 0.01 } },
  });
  expect(contract.validate({ at: '2026-01-01T00:00:00Z', n: 4.35 })).toMatchObject({ ok: true });
  expect(contract.validate({ at: 'soon', n: 4.355 })).toMatchObject({ ok: false });
});

it.each([
  ['contracts', ['order', 'order', 'transaction']],
  ['src/demo/contracts', ['shipment', 'signup']],
])('of %s the contracts are built, and nothing else', async (folder, names) => {
  const warnings: unknown[] = [];
  const registry = await loadContracts([packageFolder(`dist/shipped/${folder}`)], {
    onWarning: (warning) => warnings.push(warning),
  });
  expect(
    registry
      .all()
      .map(({ name }) => name)
      .sort(),
  ).toEqual(names);
  expect(warnings).toEqual([]);
});
