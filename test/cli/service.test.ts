import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { createLogger } from '../../src/support/log.ts';
import { startSentinel, type Sentinel } from '../../src/runtime/sentinel.ts';
import { until } from '../helpers/until.ts';
import { cliFolder } from './support.ts';

const transaction = (change: object = {}) => ({
  event_id: '0b8f4a52-6d0e-4c8e-9d7a-3f1f5f0f9a01',
  timestamp: '2026-01-15T10:30:00Z',
  source: 'bank',
  amount: '49.90',
  currency: 'EUR',
  user_id: '5f0c1d0e-8a3b-4d7e-9c55-1f2e3d4c5b6a',
  email: 'ada@example.com',
  ...change,
});
const broken = transaction({ event_id: '0b8f4a52-6d0e-4c8e-9d7a-3f1f5f0f9a02', amount: 'a lot' });

describe('against a running service, and against its data folder when it has stopped', () => {
  let shell: Awaited<ReturnType<typeof cliFolder>>;
  let sentinel: Sentinel | undefined;
  let env: Record<string, string>;
  const cli = (args: string[], stdin = '') => shell.cli(args, { env, stdin });
  const json = async <T>(args: string[]): Promise<T> => {
    const { code, out, err } = await cli(args);
    expect(err).toBe('');
    expect(code).toBe(0);
    return JSON.parse(out) as T;
  };
  let letter: string;

  beforeAll(async () => {
    shell = await cliFolder();
    const config = loadConfig({
      cwd: shell.folder,
      env: {},
      overrides: { http: { port: 0, token: 'secret' } },
    });
    sentinel = await startSentinel(config, { log: createLogger({ level: 'silent', format: 'json' }) });
    env = { SENTINEL_API_PORT: new URL(sentinel.url).port, SENTINEL_API_TOKEN: 'secret' };
  });
  afterAll(async () => {
    await sentinel?.close();
    await shell.dispose();
  });

  it('ingests, and the rows are there to query', async () => {
    const events = [transaction(), broken].map((event) => JSON.stringify(event)).join('\n');
    expect((await cli(['ingest', '-', '--source', 'bank'], events)).out).toContain('2 events accepted');
    await until(async () => {
      const { rows } = await json<{ rows: unknown[] }>(['query', '--json', 'SELECT amount FROM transaction']);
      return rows.length === 1;
    });
    expect((await cli(['query', '--csv', 'SELECT email FROM transaction'])).out).toBe(
      'email\nada@example.com\n',
    );
    const hostile = "SELECT '=1+1' AS a, chr(27) || '[2J' AS b, -5 AS c";
    expect((await cli(['query', '--csv', hostile])).out).toBe('a,b,c\n=1+1,\u001b[2J,-5\n');
    expect((await shell.cli(['query', '--safe-cells', hostile], { env, columns: 80 })).out).toBe(
      "a,b,c\n'=1+1,\\u001b[2J,-5\n",
    );
    expect((await cli(['query', '--safe-cells', '--json', hostile])).code).toBe(2);
    expect((await cli(['query', 'SELECT 1 AS one'])).out).toBe('one\n───\n  1\n');
  });

  it('lists the contracts and sources of a service elsewhere, of which nothing is configured here', async () => {
    const elsewhere = ['--url', sentinel!.url, '--token', 'secret', '--config', 'there-is-no-such-file.yaml'];
    const contracts = await json<{ name: string }[]>(['contracts', 'list', '--json', ...elsewhere]);
    expect(contracts.map(({ name }) => name)).toContain('transaction');
    const { out } = await cli(['sources', 'list', ...elsewhere]);
    expect(out).toMatch(/^bank +\/ingest +a key +transaction/m);
  });

  it('tries a contract on the valid events of late, and on the open dead letters', async () => {
    const { out, code } = await cli(['contracts', 'check', 'transaction', '--against', 'recent']);
    expect([code, out]).toEqual([
      0,
      'transaction 1.0.0: 0 of 1 valid events would fail\n  0 of 1 open dead letters would be valid\n',
    ]);
    const strict = {
      'x-contract': { name: 'transaction', version: '2.0.0' },
      properties: { amount: { type: 'string', maxLength: 3 }, note: { type: 'string' } },
      required: ['note'],
    };
    await writeFile(join(shell.folder, 'next.schema.json'), JSON.stringify(strict));
    const next = await cli(['contracts', 'check', 'next.schema.json', '--against', 'recent']);
    expect(next.code).toBe(1);
    expect(next.out).toMatch(
      /1 of 1 valid events would fail\n(?:.*\n)* {2}\/note \(required\): 1, as [\da-f-]{36}: /,
    );
  });

  it('says in one sentence why SQL is refused', async () => {
    const { code, err } = await cli(['query', 'DROP TABLE transaction']);
    expect(code).toBe(1);
    expect(err).toMatch(/^error: .*\n$/);
  });

  it('lists, groups, shows and exports dead letters', async () => {
    type Letters = { id: string; source: string }[];
    await until(async () => (await json<Letters>(['dead-letters', 'list', '--json'])).length === 1);
    const [found] = await json<Letters>(['dead-letters', 'list', '--json', '--source', 'bank']);
    letter = found?.id ?? '';
    expect((await cli(['dead-letters', 'list'])).out).toContain(letter);
    expect(await json(['dead-letters', 'groups', '--json'])).toMatchObject([
      { count: 1, contract: 'transaction' },
    ]);
    expect(await json(['dead-letters', 'show', letter])).toMatchObject({ event: { amount: 'a lot' } });
    expect((await cli(['dead-letters', 'export', '-o', 'out.ndjson'])).err).toContain(
      '1 dead letter written',
    );
    expect(JSON.parse(await readFile(join(shell.folder, 'out.ndjson'), 'utf8'))).toMatchObject({
      id: letter,
    });
    expect((await cli(['dead-letters', 'export', '-o', 'out.ndjson'])).code).toBe(1);
  });

  it('counts before it replays, and asks', async () => {
    const dry = await cli(['replay', '--source', 'bank', '--dry-run']);
    expect(dry.out).toBe('1 dead letter matches: 0 would load, 1 would fail again.\n');
    expect((await cli(['replay', '--source', 'bank'])).code).toBe(2);
  });

  it('replays a corrected event', async () => {
    await writeFile(join(shell.folder, 'corrected.json'), JSON.stringify({ ...broken, amount: '1.00' }));
    expect((await cli(['dead-letters', 'replay', letter, '--event', 'corrected.json'])).code).toBe(0);
    await until(async () => {
      const { rows } = await json<{ rows: unknown[] }>(['query', '--json', 'SELECT amount FROM transaction']);
      return rows.length === 2;
    });
  });

  it('discards a group after it was counted and somebody said yes', async () => {
    const events = Array.from({ length: 3 }, () => JSON.stringify(transaction({ amount: 'spam' })));
    await cli(['ingest', '-', '--source', 'spammer'], events.join('\n'));
    type Groups = { count: number; source: string; signature: string }[];
    const groups = () => json<Groups>(['dead-letters', 'groups', '--json']);
    await until(async () => (await groups())[0]?.count === 3);
    const [{ signature } = { signature: '' }] = await groups();
    const discard = ['dead-letters', 'discard', '--group', signature, '--reason', 'spam of one sender'];

    const { code, out: help } = await cli(['dead-letters', 'discard', '--help']);
    expect(code).toBe(0);
    expect(help).toContain('dead-letters discard --group <signature> --reason');
    expect((await cli([...discard, '--dry-run'])).out).toMatch(
      /^3 open dead letters of this group \(spammer → transaction: .+\)\.\n$/,
    );
    expect(await json([...discard, '--dry-run', '--json'])).toMatchObject({ dry_run: true, matched: 3 });
    const unasked = await cli(discard);
    expect(unasked.code).toBe(2);
    expect(unasked.err).toContain('Discard 3? There is no terminal to ask on; add --yes to go ahead.');
    const no = await shell.cli(discard, { env, stdin: 'n\n', interactive: true });
    expect(no.err).toContain('Discard 3? [y/N]');
    expect(no.err).toContain('Nothing was discarded.');
    expect(await groups()).toMatchObject([{ count: 3 }]);
    expect((await cli([...discard, '--source', 'bank', '--yes', '--dry-run'])).out).toMatch(/^0 open/);
    await cli(
      ['ingest', '-', '--source', 'spammer'],
      JSON.stringify({ ...transaction(), amount: undefined }),
    );
    await until(async () => (await groups()).length === 2);
    for (const filter of [[], ['--since', '1h']])
      expect(
        (
          await cli([
            'dead-letters',
            'discard',
            '--source',
            'spammer',
            ...filter,
            '--reason',
            'spam',
            '--dry-run',
          ])
        ).out,
      ).toMatch(
        /^4 open dead letters match:\n {2}3: spammer → transaction: .+\n {2}1: spammer → transaction: .+ missing.*\n$/,
      );

    const yes = await shell.cli(discard, { env, stdin: 'y\n', interactive: true });
    expect(yes.code).toBe(0);
    expect(yes.out).toBe('3 of 3 discarded, and kept in the audit trail.\n');
    const discarded = ['dead-letters', 'list', '--status', 'discarded', '--json'];
    expect(await json(discarded)).toMatchObject([
      { source: 'spammer', discard_reason: 'spam of one sender' },
      {},
      {},
    ]);
    const again = await cli([...discard, '--yes', '--json']);
    expect([again.code, JSON.parse(again.out)]).toEqual([0, { matched: 0, discarded: 0 }]);
  });

  it('lists and exports rules', async () => {
    expect(await json(['rules', 'list', '--json'])).toEqual([]);
    expect(await json(['rules', 'export'])).toEqual({ rules: [] });
  });

  it('says what the service says of an unknown id', async () => {
    const { code, err } = await cli(['dead-letters', 'show', 'nobody']);
    expect(code).toBe(1);
    expect(err).not.toContain('404');
  });

  it('opens the data folder itself when no service runs', async () => {
    await sentinel?.close();
    sentinel = undefined;
    const { rows } = await json<{ rows: unknown[] }>(['query', '--json', 'SELECT email FROM transaction']);
    expect(rows).toHaveLength(2);
  });
});

describe('contracts, without a service', () => {
  let shell: Awaited<ReturnType<typeof cliFolder>>;
  beforeAll(async () => {
    shell = await cliFolder();
    await shell.cli(['init']);
  });
  afterAll(() => shell.dispose());

  it('lists the shipped ones and those of the folder', async () => {
    const { out, code } = await shell.cli(['contracts', 'list', '--json']);
    expect(code).toBe(0);
    const names = (JSON.parse(out) as { name: string }[]).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['order', 'signup', 'transaction']));
  });

  it('shows the fields', async () => {
    const { out } = await shell.cli(['contracts', 'show', 'order@1.0.0']);
    expect(out).toMatch(/\/payload\/items\/\*\/quantity +yes/);
    expect((await shell.cli(['contracts', 'show', 'nothing'])).err).toContain('there are: ');
  });

  it('checks events, and says in plain words what is wrong', async () => {
    const text = [transaction(), broken].map((event) => JSON.stringify(event)).join('\n');
    const { code, out } = await shell.cli(['contracts', 'check', '-', '--contract', 'transaction'], {
      stdin: text,
    });
    expect(code).toBe(1);
    expect(out).toContain('line 1 (transaction 1.0.0): valid');
    expect(out).toMatch(/line 2 \(transaction 1\.0\.0\): invalid\n {2}\/amount: .+/);
    expect(out).not.toContain('a lot');
    expect(
      (
        await shell.cli(['contracts', 'check', '-', '--contract', 'transaction'], {
          stdin: JSON.stringify(transaction()),
        })
      ).code,
    ).toBe(0);
  });

  it('compares versions', async () => {
    const { out } = await shell.cli(['contracts', 'diff', 'order@1.0.0', 'transaction']);
    expect(out).toContain('- /payload');
    expect(out).toContain('+ /amount');
  });

  it('has a doctor who finds nothing wrong with a fresh project', async () => {
    const { out } = await shell.cli(['doctor', '--json'], { env: { SENTINEL_API_PORT: '0' } });
    const results = JSON.parse(out) as { check: string; status: string; found: string }[];
    expect(results.filter(({ status }) => status === 'fail')).toEqual([]);
    expect(results.map(({ check }) => check)).toContain('native modules');
    expect(results.find(({ check }) => check === 'steps')?.found).toBe('process_order_payment, welcome');
  });
});
