import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { closeSync, existsSync, openSync } from 'node:fs';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { envTemplate } from '../../src/cli/project/env.ts';
import { checkNode } from '../../src/cli/doctor-checks.ts';
import { loadConfig } from '../../src/config/load.ts';
import { cliFolder } from './support.ts';

let shell: Awaited<ReturnType<typeof cliFolder>>;
beforeEach(async () => {
  shell = await cliFolder();
});
afterEach(() => shell.dispose());

const commands =
  'init start dev ingest contracts rules dead-letters replay simulate query bench doctor'.split(' ');

describe('the command line', () => {
  it.each(commands)('%s has help with examples', async (command) => {
    const { code, out } = await shell.cli([command, '--help']);
    expect(code).toBe(0);
    expect(out).toContain('Examples:');
  });

  it('prints its version', async () => {
    expect((await shell.cli(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each([
    [['nonsense'], 'unknown command'],
    [['query'], 'missing required argument'],
    [['start', '--port', 'http'], 'A whole number from 0 to 65535'],
    [['dead-letters', 'discard', 'id'], '--reason'],
    [['dead-letters', 'discard', '--group', 'abc'], '--reason'],
    [['dead-letters', 'discard', '--reason', 'spam'], '--group'],
    [['replay', '--yes'], 'say which letters'],
    [['replay', '--since', 'yesterday'], 'a time ago: 90m'],
    [['dead-letters', 'discard', 'id', '--group', 'abc', '--reason', 'spam'], 'leave one of them out'],
    [['dead-letters', 'discard', 'id', '--source', 'shop', '--reason', 'spam'], 'leave one of them out'],
    [['dead-letters', 'replay', 'id', '--learn'], 'need --event'],
    [['rules', 'delete', 'id'], 'add --yes'],
  ])('ends with 2 when it is used wrongly: %j', async (args, message) => {
    const { code, err } = await shell.cli(args);
    expect(err).toContain(message);
    expect(code).toBe(2);
  });

  it.each([
    [['rules', 'list', '--url', '127.0.0.1:3111'], '--url: 127.0.0.1:3111 is not a URL; write it as http://'],
    [['rules', 'list', '--url', 'localhost:3111'], '--url: localhost:3111 is not a URL; write it as http://'],
    [['doctor', '--config', 'no.yaml'], 'no.yaml does not exist; correct --config or SENTINEL_CONFIG_PATH'],
    [['contracts', 'check', 'broken.json'], 'broken.json is not valid JSON: look at line 3, column 8'],
    [
      ['dead-letters', 'fix', 'id', '--event', 'broken.json'],
      'broken.json is not valid JSON: look at line 3, column 8',
    ],
  ])('says what to change: %j', async (args, message) => {
    await writeFile(join(shell.folder, 'broken.json'), '\n{\n  "a": secret\n}\n');
    const { code, out, err } = await shell.cli(args);
    expect(out + err).toContain(message);
    expect(out + err).not.toContain('secret');
    expect(code).toBeGreaterThan(0);
  });

  it('asks a service elsewhere for nothing but its token', async () => {
    await writeFile(
      join(shell.folder, 'sentinel-config.yaml'),
      'destination: { type: postgres, url_env: NOT_SET_HERE }\n',
    );
    const { err } = await shell.cli(['rules', 'list', '--url', 'http://127.0.0.1:2']);
    expect(err).toContain('nothing answers at http://127.0.0.1:2');
  });

  it('says how to go on when nothing answers at the address that was given', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const { code, err } = await shell.cli(['rules', 'list', '--url', `http://127.0.0.1:${port}`]);
    expect(err).toContain('start the service with: sentinel start, or leave --url out');
    expect(code).toBe(1);
  });

  it('ends with 1 and lists every problem when the configuration is broken', async () => {
    await writeFile(join(shell.folder, 'sentinel-config.yaml'), 'prot: 1\nlog: { level: loud }\n');
    const { code, err } = await shell.cli(['start']);
    expect(code).toBe(1);
    expect(err).toContain('The configuration has 2 problems');
  });
});

describe('sentinel init', () => {
  it('writes a project that the configuration accepts, and never overwrites', async () => {
    await writeFile(join(shell.folder, '.env.example'), 'mine');
    const { code, out } = await shell.cli(['init']);
    expect(code).toBe(0);
    expect(out).toContain('kept   .env.example');
    expect(await readFile(join(shell.folder, '.env.example'), 'utf8')).toBe('mine');
    const config = loadConfig({ cwd: shell.folder, env: {} });
    expect(config.contracts).toEqual([join(shell.folder, 'contracts')]);
    expect(config.steps).toEqual([join(shell.folder, 'steps')]);
    expect((await shell.cli(['init'])).out).not.toContain('wrote');
  });

  it('says what is left to do where a config file was there before, and in another folder', async () => {
    await mkdir(join(shell.folder, 'mine'));
    await writeFile(join(shell.folder, 'mine/sentinel-config.yaml'), '# nothing\n');
    const { out } = await shell.cli(['init', 'mine']);
    expect(out).toContain('once sentinel-config.yaml says, too:\n  contracts: [./contracts]');
    expect(out).toContain('cd mine && npm install');
    const fresh = await shell.cli(['init', 'other']);
    expect(fresh.out).not.toContain('once sentinel-config.yaml says');
  });

  it('says what a package.json that was there lacks, as npm init writes it', async () => {
    await mkdir(join(shell.folder, 'begun'));
    const begun = join(shell.folder, 'begun/package.json');
    const scripts = { test: 'echo "Error: no test specified" && exit 1' };
    await writeFile(begun, JSON.stringify({ name: 'begun', type: 'commonjs', scripts }));
    const { out } = await shell.cli(['init', 'begun']);
    expect(out).toContain('npm pkg set "scripts.test=node --test && sentinel simulate"');
    expect(out).toContain('npm pkg set "type=module"');
    expect(out).toContain('npm pkg set "dependencies.data-sentinel=');
    expect((await shell.cli(['init', 'other'])).out).not.toContain('npm pkg set');
  });

  it('begins with an event that its own contract takes, and breaches that it refuses', async () => {
    await shell.cli(['init']);
    const check = await shell.cli(['contracts', 'check', 'samples/signup.json', '--source', 'website']);
    expect(check.out).toContain('event 1 (signup 1.0.0): valid');
    const simulation = await shell.cli(['simulate']);
    expect(simulation.out).toMatch(/signup 1\.0\.0\nok +a good event: loaded\nok +\d+ breaches/);
    expect(simulation.code).toBe(0);
    await writeFile(
      join(shell.folder, 'events.json'),
      `[${await readFile(join(shell.folder, 'samples/signup.json'), 'utf8')}, {"plan":"gold"}]`,
    );
    const sent = await shell.cli(['simulate', '--events', 'events.json', '--source', 'website']);
    expect(sent.out).toMatch(/event 2: dead letter \(signup\)\n[^]*\/email required/);
    expect(sent.out).toContain('1 loaded, 1 dead letter');
    expect(sent.code).toBe(1);
  });

  it('ships the same files as this repository has', async () => {
    const root = new URL('../../', import.meta.url);
    expect(envTemplate).toBe(await readFile(new URL('.env.example', root), 'utf8'));
  });
});

describe('sentinel doctor', () => {
  it('stops at a broken configuration', async () => {
    const { code, out } = await shell.cli(['doctor'], { env: { REPAIR_RULE_TTL_DAYS: '-5' } });
    expect(code).toBe(1);
    expect(out).toContain('FAIL  configuration');
    expect(out).toContain('REPAIR_RULE_TTL_DAYS');
  });

  it('finds names in the config file that nothing has', async () => {
    await mkdir(join(shell.folder, 'steps'));
    await writeFile(
      join(shell.folder, 'sentinel-config.yaml'),
      'sources: { shop: { contract: ordr } }\nsteps: { tell_sales: { retry: { max_attempts: 2 } } }\n',
    );
    const { code, out } = await shell.cli(['doctor'], { env: { SENTINEL_API_PORT: '0' } });
    expect(out).toContain('there is none called ordr (sources.shop.contract)');
    expect(out).toContain('there is none called tell_sales');
    expect(code).toBe(0);
  });

  it('finds a destination whose file cannot be made, also one of several', async () => {
    await writeFile(join(shell.folder, 'taken'), 'a file');
    await writeFile(
      join(shell.folder, 'sentinel-config.yaml'),
      'destinations: [{ name: lake, type: duckdb, path: ./taken/lake.duckdb }]\n',
    );
    const { code, out } = await shell.cli(['doctor'], { env: { SENTINEL_API_PORT: '0' } });
    expect(out).toMatch(/FAIL {2}destination.*taken is not a folder; choose another destination.path/);
    expect(code).toBe(1);
  });

  it.each([
    ['20.18.3', 'fail'],
    ['20.19.0', 'ok'],
    ['18.20.0', 'fail'],
    ['24.1.0', 'ok'],
  ] as const)('takes Node.js %s for %s', (version, status) => {
    expect(checkNode(version).status).toBe(status);
  });
});

it.skipIf(!existsSync('/dev/full'))('says in one line that a disk is full', () => {
  const command = fileURLToPath(new URL('../../bin/sentinel.js', import.meta.url));
  const full = openSync('/dev/full', 'w');
  const { status, stderr } = spawnSync(process.execPath, [command, '--version'], {
    stdio: ['ignore', full, 'pipe'],
    encoding: 'utf8',
  });
  closeSync(full);
  expect([status, stderr]).toEqual([1, expect.stringMatching(/^error: .*ENOSPC.*\n$/)]);
});
