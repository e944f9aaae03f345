import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readContracts } from '../../src/cli/contracts-read.ts';
import { loadConfig } from '../../src/config/load.ts';
import { loadContracts } from '../../src/contracts/discover.ts';
import { inWords } from '../../src/contracts/problems.ts';
import { readFenced } from '../../src/runtime/read-fenced.ts';
import { createLogger } from '../../src/support/log.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { measureWork } from '../helpers/work.ts';

const contract = (name: string): string => `
import { defineContract, z } from 'data-sentinel';
export default defineContract({ name: '${name}', version: '1.0.0', key: 'id', schema: z.object({ id: z.string() }) });
`;

// Four threads, one after the other, each of which reads all contracts.
it('sets aside a file of contracts whose code does not end, or ends its thread, and names it', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'own'));
  const files = {
    'good.ts': contract('good'),
    'loops.ts': `${contract('loops')}for (;;);`,
    'exits.ts': 'process.exit(3);',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, 'own', name), text);
  await writeFile(
    join(folder, 'sentinel-config.yaml'),
    'contracts: [./own]\nbuiltin_contracts: false\ndefault_contract: good\npipeline: { stall_seconds: 1 }\ncontracts_strict: false\n',
  );
  const config = loadConfig({ cwd: folder, env: {} });
  const lines: string[] = [];
  const log = createLogger(
    { level: 'info', format: 'json' },
    { destination: { write: (line) => void lines.push(line) } },
  );
  const read = await readFenced(
    { ...config, log: { ...config.log, level: 'silent' } },
    { log, consume: true, onCrash: () => undefined },
  );
  expect(read.tables.map(({ name }) => name)).toEqual(['good']);
  await read.discard();
  const said = lines.join('');
  expect(said).toMatch(/loops\.ts did not end within 1 s when it was read; it is tried once more/);
  expect(said).toMatch(/loops\.ts did not end within 2 s when it was read; it is set aside/);
  expect(said).toMatch(/exits\.ts did not end well when it was read: it ended its thread; it is set aside/);
  // The same in the commands, which have no service; and a file that no thread survives costs them nothing.
  await writeFile(
    join(folder, 'own', 'dies.mjs'),
    "(await import('node:child_process')).execSync(`kill -SEGV ${process.pid}`);",
  );
  const { registry, problems } = await readContracts({
    ...config,
    pipeline: { ...config.pipeline, stallMs: 300 },
  });
  expect(registry.all().map(({ name }) => name)).toEqual(['good']);
  expect(problems.map(inWords)).toEqual([
    expect.stringMatching(/dies\.mjs: ends the process that reads it \(SIGSEGV\)/),
    expect.stringMatching(/exits\.ts: did not end well/),
    expect.stringMatching(/loops\.ts: did not end within 0\.6 s/),
  ]);
}, 120_000);

it.each(['allOf', 'anyOf', 'oneOf', 'properties', 'prefixItems', 'dependentSchemas', 'patternProperties'])(
  'reads a schema whose references double with each definition of %s',
  async (keyword) => {
    const folder = await temporaryFolder();
    const levels = 40;
    const next = (level: number) => ({ $ref: `#/$defs/d${level + 1}` });
    const part = (level: number) =>
      ['allOf', 'anyOf', 'oneOf', 'prefixItems'].includes(keyword)
        ? { [keyword]: [next(level), next(level)] }
        : { [keyword]: { a: next(level), b: next(level) } };
    const $defs: Record<string, object> = { [`d${levels}`]: { properties: { a: { type: 'string' } } } };
    for (let level = 0; level < levels; level++) $defs[`d${level}`] = part(level);
    const schema = {
      'x-contract': { name: 'many', version: '1.0.0' },
      type: 'object',
      $defs,
      allOf: [next(-1)],
    };
    await writeFile(join(folder, 'many.schema.json'), JSON.stringify(schema));
    const worked = measureWork();
    const contract = (await loadContracts([folder])).get('many', '1.0.0');
    expect(contract).toBeDefined();
    expect(worked()).toBeLessThan(5000);
  },
);
