import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isLoopback } from '../../src/config/check-whole.ts';
import { loadConfig, sourceConfig, type LoadConfigOptions } from '../../src/config/load.ts';
import { SentinelError } from '../../src/model/errors.ts';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'sentinel-config-'));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

const yaml = (text: string, name = 'sentinel-config.yaml') => writeFile(join(cwd, name), text);
const load = (options: LoadConfigOptions = {}) => loadConfig({ cwd, env: {}, ...options });
function problems(options: LoadConfigOptions = {}): string {
  try {
    load(options);
  } catch (error) {
    expect(error).toBeInstanceOf(SentinelError);
    expect((error as SentinelError).code).toBe('config_invalid');
    return (error as SentinelError).message;
  }
  throw new Error('the configuration was accepted');
}

describe('where settings come from', () => {
  it('has defaults for everything, so that no file is needed', () => {
    const config = load();
    expect(config).toMatchObject({
      dataDir: join(cwd, 'data'),
      http: {
        host: '127.0.0.1',
        port: 3111,
        maxBodyBytes: 10 * 2 ** 20,
        maxEventsPerRequest: 10_000,
        maxDepth: 64,
      },
      contracts: [],
      builtinContracts: true,
      steps: [],
      defaultContract: 'transaction',
      unknownVersion: 'dead_letter',
      destination: { type: 'duckdb' },
      state: { ruleTtlDays: 7 },
      retention: { deadLettersDays: 90, auditDays: 365, originalsDays: 365 },
      healing: { temperature: 0.1, maxAttempts: 3, shareValues: false, approval: 'auto', ruleTtlDays: 7 },
    });
    expect(config.healing.openai).toBeUndefined();
    expect(config.configPath).toBeUndefined();
  });

  it('reads the file, with paths relative to it, then .env, then the environment', async () => {
    await mkdir(join(cwd, 'etc/contracts'), { recursive: true });
    await yaml('http: { port: 1000, max_body_bytes: 2 MiB }\ncontracts: [./contracts]', 'etc/s.yaml');
    await writeFile(join(cwd, '.env'), 'SENTINEL_API_PORT=2000\nREPAIR_RULE_TTL_DAYS=3\n');
    const config = load({ env: { SENTINEL_CONFIG_PATH: 'etc/s.yaml', REPAIR_RULE_TTL_DAYS: '2.5' } });
    expect(config.http).toMatchObject({ port: 2000, maxBodyBytes: 2 * 2 ** 20 });
    expect(config.contracts).toEqual([join(cwd, 'etc/contracts')]);
    expect(config.state.ruleTtlDays).toBe(2.5);
    expect(config.healing.ruleTtlDays).toBe(2.5);
    expect(config.configPath).toBe(join(cwd, 'etc/s.yaml'));
  });

  it('lets code override all of them, and does not touch the real environment', () => {
    const env = { SENTINEL_API_PORT: '1' };
    expect(load({ env, overrides: { http: { port: 0 }, dataDir: '/d' } })).toMatchObject({
      dataDir: '/d',
      http: { port: 0, host: '127.0.0.1' },
    });
    expect(env).toEqual({ SENTINEL_API_PORT: '1' });
  });

  it('takes ./steps when it is there, and per-step retries', async () => {
    await mkdir(join(cwd, 'steps'));
    await yaml('steps:\n  pay:\n    retry: { max_attempts: 9 }\n');
    const config = load();
    expect(config.steps).toEqual([join(cwd, 'steps')]);
    expect(config.stepRetry).toEqual({ pay: { maxAttempts: 9 } });
  });

  it('counts an LLM as configured when there is a model, and a key or a base URL', () => {
    const model = { OPENAI_REMEDIATION_MODEL: 'm' };
    expect(load({ env: model }).healing.openai).toBeUndefined();
    expect(load({ env: { OPENAI_API_KEY: 'k' } }).healing.openai).toBeUndefined();
    expect(load({ env: { ...model, OPENAI_API_KEY: 'k' } }).healing.openai).toEqual({
      apiKey: 'k',
      model: 'm',
    });
    expect(
      load({ env: { ...model, OPENAI_BASE_URL: 'http://localhost:1/v1' } }).healing.openai,
    ).toMatchObject({
      baseUrl: 'http://localhost:1/v1',
    });
  });

  it("keeps the original's keys", async () => {
    await yaml(`
state: { repair_rule_ttl_days: 14 }
healing_agent:
  openai_remediation_model: gpt
  temperature: 0
  target_fields: [amount, email]
`);
    const config = load({ env: { OPENAI_API_KEY: 'k' } });
    expect(config.healing).toMatchObject({
      ruleTtlDays: 14,
      temperature: 0,
      targetFields: ['amount', 'email'],
      openai: { model: 'gpt' },
    });
  });

  it('treats a key with nothing after it, and a variable set to nothing, as left out', async () => {
    await yaml('healing_agent:\nhttp:\n  port:\n');
    expect(load({ env: { SENTINEL_API_TOKEN: '', SENTINEL_API_PORT: ' ' } }).http.port).toBe(3111);
  });

  it('reads where the database is from the environment', async () => {
    await yaml('destination: { type: postgres, schema: shop }');
    const env = {
      DATABASE_URL: 'postgres://u:p@h/other',
      SENTINEL_POSTGRES_URL: 'postgresql:///d?host=/run/postgresql',
      SENTINEL_POSTGRES_QUERY_URL: 'postgres://reader@h/d',
    };
    expect(load({ env }).destination).toEqual({
      type: 'postgres',
      url: env.SENTINEL_POSTGRES_URL,
      queryUrl: env.SENTINEL_POSTGRES_QUERY_URL,
      schema: 'shop',
      poolSize: 4,
    });
    await yaml('destination: { type: postgres, url_env: DATABASE_URL, pool_size: 9 }');
    expect(load({ env }).destination).toMatchObject({ url: env.DATABASE_URL, schema: 'public', poolSize: 9 });
  });

  it('leaves the settings of a destination of one’s own to its file, and takes secrets from the environment', async () => {
    await yaml(
      'destination: { module: ./d.ts, folder: out, token_env: D_TOKEN }\ndestinations: [{ name: a, module: ./d.ts, contracts: [order] }]',
    );
    const { destination, destinations } = load({ env: { D_TOKEN: 't' } });
    expect(destination).toMatchObject({
      type: 'module',
      module: join(cwd, 'd.ts'),
      settings: { folder: 'out', token: 't' },
    });
    expect(destinations).toMatchObject([{ name: 'a', type: 'module', contracts: ['order'], settings: {} }]);
    expect(problems()).toContain('destination.token_env: "D_TOKEN" is not set');
  });

  it("finds a source's settings, and never the prototype's", async () => {
    await yaml('sources: { shopify: { contract: order } }');
    const config = load();
    expect(sourceConfig(config, 'shopify')).toEqual({ contract: 'order' });
    expect(sourceConfig(config, 'constructor')).toBeUndefined();
  });
});

describe('what it refuses, and how it says so', () => {
  it('lists every problem with its line, what was found and what is allowed', async () => {
    await yaml(
      'http:\n  port: 99999\nstate:\n  repair_rule_ttl_days: -5\nhealing_agent:\n  share_values: "yes"\n',
    );
    expect(problems()).toBe(`The configuration has 3 problems:
  - sentinel-config.yaml:2: http.port: found 99999; allowed: a whole number from 0 to 65,535
  - sentinel-config.yaml:6: healing_agent.share_values: found "yes"; allowed: true or false
  - sentinel-config.yaml:4: state.repair_rule_ttl_days: found -5; allowed: a number of days greater than 0 and at most 3,650`);
  });

  it.each([
    ['htpp: {}', 'did you mean http?'],
    ['http: { prot: 1 }', 'did you mean port?'],
    ['http: { maxBodyBytes: 1 }', 'did you mean max_body_bytes?'],
    ['temperature: 1', 'did you mean healing_agent.temperature?'],
    ['unknown_version: lates', 'did you mean latest?'],
    ['queue: { zzz: 1 }', 'allowed here: max_bytes, max_events'],
    ['steps: { pay: { rerty: {} } }', 'did you mean retry?'],
    ['sources: { shop: { contarct: order } }', 'did you mean contract?'],
  ])('%s: %s', async (text, hint) => {
    await yaml(text);
    expect(problems()).toContain(hint);
  });

  it.each([
    ['http: 3111', 'http: found 3111; allowed: a group of settings'],
    ['[]', 'the file: found []; allowed: a group of settings'],
    ['http: { port: "3111" }', 'http.port: found "3111"'],
    ['http: { max_body_bytes: 10 parsecs }', 'such as 10485760 or 10 MiB'],
    ['healing_agent: { temperature: .nan }', 'healing_agent.temperature'],
    ['healing_agent: { target_fields: [] }', 'leave it out to allow all'],
    ['contracts: [./nowhere]', 'a folder that exists'],
    ['sources: { constructor: {} }', 'allowed: a name of letters'],
    ['retry: { initial_delay_ms: 10, max_delay_ms: 5 }', 'must not be less than'],
    ['a: 1\na: 2', 'sentinel-config.yaml:2:1'],
    ['a: [', 'not valid YAML'],
  ])('%s', async (text, message) => {
    await yaml(text);
    expect(problems()).toContain(message);
  });

  it.each([
    ['SENTINEL_API_PORT', '0x10'],
    ['SENTINEL_API_PORT', 'Infinity'],
    ['REPAIR_RULE_TTL_DAYS', '-5'],
    ['SENTINEL_HOST', 'a b'],
    ['OPENAI_BASE_URL', 'localhost:11434'],
    ['OPENAI_BASE_URL', 'http://me:hunter2@localhost:11434/v1'],
    ['SENTINEL_API_TOKEN', 'two words'],
  ])('%s=%s, naming the variable', (name, value) => {
    const message = problems({ env: { [name]: value } });
    expect(message).toContain(`environment variable ${name}: `);
    expect(message).not.toContain('hunter2');
  });

  it('secrets in the file, without repeating them', async () => {
    await yaml('healing_agent: { openai_api_key: hush }\nhttp: { token: hush }');
    const message = problems();
    expect(message).toContain('set OPENAI_API_KEY in the environment');
    expect(message).toContain('set SENTINEL_API_TOKEN in the environment');
    expect(message).not.toContain('hush');
  });

  it.each([
    ['destination: { type: postgres, url: "postgres://u:hush@h/d" }', /set SENTINEL_POSTGRES_URL/],
    ['destination: { type: postgres, password: hush }', /set SENTINEL_POSTGRES_URL/],
    ['destination: { type: postgres }', /set SENTINEL_POSTGRES_URL or DATABASE_URL/],
    ['destination: { type: postgres, url_env: SHOP_DB }', /set SHOP_DB in the environment/],
    [
      'destination: { type: postgres, path: ./x.duckdb }',
      /destination\.path: a postgres destination has no such/,
    ],
    ['destination: { schema: shop }', /destination\.schema: a duckdb destination has no such setting/],
    ['destination: { type: postgers }', /did you mean postgres/],
    ['destination: { type: postgres, schema: pg_catalog }', /the name of a schema/],
    ['destinations: [{ name: main, type: duckdb, path: ./x }]', /destinations\[0\]\.name: found "main"/],
    ['destinations: [{ name: a, type: duckdb }]', /destinations\[0\]\.path: found nothing/],
    [
      'destinations: [{ name: a, type: duckdb, path: ./x }, { name: a, type: duckdb, path: ./x }]',
      /destinations\[1\]\.name: .*no other has[\s\S]*two of them load into/,
    ],
    ['destinations: [{ name: a, type: postgres, contrcts: [b] }]', /did you mean contracts/],
    ['destinations: [{ name: a }]', /destinations\[0\]\.type: found nothing; allowed: one of .*or module/],
    ['destinations: [{ name: a, type: postgres, password: hush }]', /set SENTINEL_POSTGRES_URL/],
    ['destinations: { lake: { type: postgres } }', /a list of destinations, each with a name and a type/],
  ])('of a database: %s', async (text, message) => {
    await yaml(text);
    expect(problems()).toMatch(message);
    expect(problems()).not.toContain('hush');
  });

  it('a URL of a database that can’t be one, without showing it', async () => {
    await yaml('destination: { type: postgres }');
    for (const url of ['mysql://u:hush@h/d', 'postgres://u:hu/sh@[h/d'])
      expect(problems({ env: { DATABASE_URL: url } })).toMatch(/^(?!.*hu).*variable DATABASE_URL: allowed/s);
  });

  it('a host that other machines reach, unless a token protects it', () => {
    const env = { SENTINEL_HOST: '0.0.0.0' };
    expect(problems({ env })).toContain('set SENTINEL_API_TOKEN');
    expect(problems({ env: { ...env, SENTINEL_API_TOKEN: 'fifteen-letters' } })).toContain('16 or more');
    const SENTINEL_API_TOKEN = 'sixteen-letters!';
    expect(load({ env: { ...env, SENTINEL_API_TOKEN } }).http.token).toBe(SENTINEL_API_TOKEN);
    expect(load({ env: { SENTINEL_API_TOKEN: 't' } }).http.token).toBe('t');
  });

  it('a config file that was named and is not there', () => {
    expect(problems({ env: { SENTINEL_CONFIG_PATH: 'no.yaml' } })).toContain('does not exist');
  });

  it.each(['127.0.0.1', '127.8.8.8', '::1', 'localhost'])('%s is loopback', (host) => {
    expect(isLoopback(host)).toBe(true);
  });
  it.each(['0.0.0.0', '::', '127.0.0.1.example.com', '10.0.0.1'])('%s is not', (host) => {
    expect(isLoopback(host)).toBe(false);
  });
});
