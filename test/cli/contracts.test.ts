import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cliFolder } from './support.ts';

let shell: Awaited<ReturnType<typeof cliFolder>>;
beforeEach(async () => {
  shell = await cliFolder();
});
afterEach(() => shell.dispose());

async function write(files: Record<string, object | string>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const file = join(shell.folder, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
}

const invoice = {
  'x-contract': { name: 'invoice', version: '1.0.0', key: 'number' },
  type: 'object',
  required: ['number'],
  properties: { number: { type: 'string' } },
};

describe('contracts that cannot be read, beside good ones', () => {
  beforeEach(() =>
    write({
      'sentinel-config.yaml': 'contracts: [./contracts]\ndefault_contract: invoice\n',
      'contracts/invoice.schema.json': invoice,
      'contracts/bad.schema.json': { 'x-contract': { name: 'bad', version: '1.0.0' }, type: 'text' },
      'contracts/later.json': { $schema: 'https://json-schema.org/draft/2020-12/schema' },
    }),
  );

  it('contracts list shows the good ones, names the bad ones and ends with 1', async () => {
    const { code, out, err } = await shell.cli(['contracts', 'list']);
    expect(out).toContain('invoice');
    expect(err).toMatch(/error: .*bad\.schema\.json:1: .*type must be/);
    expect(err).toMatch(/warning: .*later\.json: is not read: name it later\.schema\.json/);
    expect(code).toBe(1);
  });

  it('doctor says both in one finding', async () => {
    const { out } = await shell.cli(['doctor']);
    expect(out).toMatch(/contracts.*invoice@1\.0\.0.*can't be read: .*bad\.schema\.json/);
  });
});

describe('contracts infer', () => {
  const events = [1, 2, 3, 4].map((n) => JSON.stringify({ id: `a${n}`, total: n + 0.5 }));

  it('makes a contract of NDJSON, which the service reads', async () => {
    await write({ 'payment-events.ndjson': events.join('\n') });
    const args = ['contracts', 'infer', 'payment-events.ndjson', '--out', 'contracts/payment.schema.json'];
    await mkdir(join(shell.folder, 'contracts'));
    const { code, err } = await shell.cli(args);
    expect([code, err]).toEqual([0, expect.stringContaining('wrote contracts/payment.schema.json')]);
    await write({ 'sentinel-config.yaml': 'contracts: [./contracts]\n' });
    const { out } = await shell.cli(['contracts', 'show', 'payment_events']);
    expect(out).toMatch(/key \/id.*\n[^]*\/total +yes +number/);
    expect((await shell.cli(args)).err).toContain('exists');
  });

  it('takes dead letters for the events in them, from standard input', async () => {
    const letters = events.map((raw) => JSON.stringify({ id: '1', raw, signature: 's', violations: [] }));
    const { out } = await shell.cli(['contracts', 'infer', '-', '--name', 'payment'], {
      stdin: letters.join('\n'),
    });
    expect(JSON.parse(out)).toMatchObject({
      'x-contract': { name: 'payment', version: '1.0.0', key: '/id' },
      required: ['id', 'total'],
    });
  });

  it.each([
    [['infer', '-'], '', 'there are no events'],
    [['infer', '-'], '[1]', 'event 1 is no JSON object'],
    [['infer', '-', '--key', 'nothing'], '{"a":1}', '`key` must be made of fields'],
    [['infer', '-', '--out', 'x.json'], '{"a":1}', '*.schema.json'],
  ])('%j says what is wrong', async (args, stdin, message) => {
    const { code, err } = await shell.cli(['contracts', ...args], { stdin });
    expect(err).toContain(message);
    expect(code).toBeGreaterThan(0);
  });
});

describe('the gate', () => {
  const version = (number: string, more: object) => ({
    'x-contract': { name: 'invoice', version: number, key: 'number' },
    type: 'object',
    required: ['number'],
    properties: { number: { type: 'string' }, ...more },
  });
  beforeEach(() =>
    write({
      'sentinel-config.yaml': 'contracts: [./contracts]\ndefault_contract: invoice\n',
      'contracts/invoice-1.schema.json': version('1.0.0', {}),
      'contracts/invoice-2.schema.json': version('2.0.0', { note: { type: 'string' } }),
      'next.schema.json': {
        ...version('3.0.0', { total: { type: 'number' } }),
        required: ['number', 'total'],
      },
      'events.ndjson': [{ number: 'a' }, { number: 'b', total: 1 }, { number: 'c' }]
        .map((event) => JSON.stringify(event))
        .join('\n'),
    }),
  );

  it('diff says what each change breaks, and ends with 1 when one does', async () => {
    const good = await shell.cli(['contracts', 'diff', 'invoice@1.0.0', 'invoice@2.0.0']);
    expect([good.code, good.out]).toEqual([0, expect.stringContaining('ok      + /note: string')]);
    const bad = await shell.cli(['contracts', 'diff', 'invoice', 'next.schema.json']);
    expect(bad.code).toBe(1);
    expect(bad.out).toContain('breaks  + /total: number, required\n          backward: it may be missing');
    const forward = await shell.cli([
      'contracts',
      'diff',
      'invoice',
      'next.schema.json',
      '--mode',
      'forward',
    ]);
    expect([forward.code, forward.out]).toEqual([0, expect.stringContaining('compatible (forward)')]);
  });

  it('diff answers in JSON and JUnit', async () => {
    const args = ['contracts', 'diff', 'invoice', 'next.schema.json', '--format'];
    expect(JSON.parse((await shell.cli([...args, 'json'])).out)).toMatchObject({
      compatible: false,
      changes: [{ path: '/note' }, { path: '/total', verdict: 'breaks' }],
    });
    expect((await shell.cli([...args, 'junit'])).out).toMatch(
      /tests="2" failures="1"[^]*<failure message="backward: it may be missing"/,
    );
  });

  it('check --contract-version chooses the version, and the event keeps its own', async () => {
    await write({ 'one.json': { number: 'a', version: 'v3' } });
    const args = ['contracts', 'check', 'one.json', '--contract', 'invoice', '--contract-version'];
    const { code, out } = await shell.cli([...args, '2.0.0', '--json']);
    expect([code, JSON.parse(out)]).toEqual([
      0,
      [{ number: 1, contract: 'invoice', version: '2.0.0', violations: [] }],
    ]);
    const unknown = await shell.cli([...args, '9.0.0']);
    expect([unknown.code, unknown.out]).toEqual([1, expect.stringContaining('has no version 9.0.0')]);
  });

  it('check names the first twenty valid events of a long file, and each invalid one', async () => {
    const events = [...Array.from({ length: 25 }, (_, index) => ({ number: `${index}` })), { number: 1 }];
    await write({ 'many.ndjson': events.map((event) => JSON.stringify(event)).join('\n') });
    const args = [
      'contracts',
      'check',
      'many.ndjson',
      '--contract',
      'invoice',
      '--contract-version',
      '2.0.0',
    ];
    const { code, out } = await shell.cli(args);
    expect([code, out.match(/: valid$/gm)?.length]).toEqual([1, 20]);
    expect(out).toContain('line 26 (invoice 2.0.0): invalid');
    expect(out).toContain('25 valid, 1 invalid');
  });

  it('check --against a file says which events would fail, with examples', async () => {
    const args = ['contracts', 'check', 'next.schema.json', '--against', 'events.ndjson'];
    const { code, out } = await shell.cli(args);
    expect(code).toBe(1);
    expect(out).toBe(
      'invoice 3.0.0: 2 of 3 valid events would fail\n  /total (required): 2, as line 1, line 3: Send /total as number: it is missing.\n',
    );
    expect((await shell.cli([...args, '--format', 'junit'])).out).toContain('failures="1"');
    expect((await shell.cli(['contracts', 'check', 'invoice', '--against', 'events.ndjson'])).code).toBe(0);
    expect((await shell.cli(['contracts', 'check', '--against', 'events.ndjson'])).code).toBe(2);
  });
});

describe('contracts import and export', () => {
  const tables = 'CREATE TABLE a (id bigint PRIMARY KEY, n numeric(9,2)); CREATE TABLE b (id text);';

  it('writes all that a file describes into a folder, or the one that is named', async () => {
    await write({ 'tables.sql': tables, 'sentinel-config.yaml': 'contracts: [./contracts]\n' });
    const all = await shell.cli(['contracts', 'import', 'tables.sql', '--out', 'contracts']);
    expect([all.code, all.err]).toEqual([0, expect.stringContaining('wrote contracts/b.schema.json')]);
    const { out } = await shell.cli(['contracts', 'export', 'a', '--format', 'ddl', '--dialect', 'duckdb']);
    expect(out).toContain('"n" DECIMAL(9,2)');
    const one = await shell.cli(['contracts', 'import', 'tables.sql', '--select', 'a', '--name', 'other']);
    expect(JSON.parse(one.out)).toMatchObject({ 'x-contract': { name: 'other', key: ['id'] } });
  });

  it.each([
    [['import', 'tables.sql'], 'there are 2: choose one with --select'],
    [['import', 'tables.sql', '--select', 'c'], 'tables.sql has no c; it has a, b'],
    [['import', 'nothing.yaml'], "nothing.yaml can't be read"],
    [['export', 'nothing'], 'there is no contract nothing'],
    [['export'], 'a file of JSON Schema holds one contract'],
  ])('%j says what is wrong', async (args, message) => {
    await write({ 'tables.sql': tables });
    const { code, err } = await shell.cli(['contracts', ...args]);
    expect(err).toContain(message);
    expect(code).toBeGreaterThan(0);
  });

  it('brings each version back from AsyncAPI, and reads a contract of any file that is named', async () => {
    const next = { ...invoice, 'x-contract': { ...invoice['x-contract'], version: '2.0.0' } };
    await write({
      'contracts/a.schema.json': invoice,
      'contracts/b.schema.json': next,
      'old.json': invoice,
      'sentinel-config.yaml': 'contracts: [./contracts]\nbuiltin_contracts: false\n',
    });
    const run = (...args: string[]) => shell.cli(['contracts', ...args]);
    expect((await run('export', '--format', 'asyncapi', '--out', 'all.yaml')).code).toBe(0);
    expect((await run('import', 'all.yaml', '--out', 'again')).code).toBe(0);
    expect(await run('diff', 'old.json', 'again/invoice-2.0.0.schema.json')).toMatchObject({
      code: 0,
      out: 'The fields are the same.\n',
    });
    expect((await run('diff', 'old.json', 'sentinel-config.yaml')).err).toContain('sentinel-config.yaml: ');
  });

  it.each(['odcs', 'typescript', 'asyncapi', 'ddl'])('exports all contracts as %s', async (format) => {
    const { code, out } = await shell.cli(['contracts', 'export', '--format', format]);
    expect([code, out]).toEqual([0, expect.stringMatching(/transaction/i)]);
  });
});
