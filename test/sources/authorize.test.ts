import { beforeEach, describe, expect, it, test } from 'vitest';
import { type Role, roles } from '../../src/api/route.ts';
import { type AccessOptions, createAuthorize } from '../../src/sources/authorize.ts';
import { type Keys, openKeys } from '../../src/sources/keys.ts';
import { memoryState } from '../../src/testing/memory-state.ts';
import { until } from '../helpers/until.ts';

const host = '127.0.0.1:3111';
const open = { onError: (error: unknown) => expect.fail(String(error)) };

let state: ReturnType<typeof memoryState>;
let keys: Keys;
beforeEach(async () => {
  state = memoryState();
  keys = await openKeys(state, open);
});

interface Asked {
  headers?: Record<string, string>;
  method?: string;
  role?: Role;
  source?: string;
}

function access(options: Partial<AccessOptions> = {}) {
  const authorize = createAuthorize({ keys, clientAddress: () => '192.0.2.1', ...options });
  return ({ headers, method = 'GET', role = 'read', source }: Asked) =>
    authorize({ headers: { host, ...headers }, method, socket: undefined as never }, { role, source });
}
const codeOf = (ask: ReturnType<typeof access>, asked: Asked): string => {
  const actor = ask(asked);
  return actor.ok ? 'ok' : actor.error.code;
};
async function make(role: Role, more: { source?: string; expires_at?: string } = {}): Promise<string> {
  const made = await keys.create({ role, created_by: 'test', ...more });
  if (!made.ok) throw new Error(made.error);
  return made.value.text;
}
const bearer = (text: string) => ({ authorization: `Bearer ${text}` });

describe('without a token and keys', () => {
  test.each([
    ['a client that is no browser', {}],
    ['the console', { origin: 'http://127.0.0.1:3111', 'sec-fetch-site': 'same-origin' }],
    ['a page of this machine that only reads', { origin: 'http://localhost:5173' }],
    ['an address that a person typed', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }],
    ['a link that a person followed', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }],
    ['somebody with a token that is not asked for', { authorization: 'Bearer anything' }],
  ])('%s may ask', (_, headers) => {
    expect(codeOf(access(), { headers })).toBe('ok');
  });

  test.each([
    ['a page from elsewhere', { origin: 'https://evil.example' }],
    ['a page without an origin of its own', { origin: 'null' }],
    ['a name that begins as ours', { origin: 'http://127.0.0.1.evil.example' }],
    ['a name with ours as its user', { origin: 'http://localhost:1@evil.example' }],
    ['an image of a page from elsewhere', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
  ])('%s may not', (_, headers) => {
    expect(codeOf(access(), { headers })).toBe('origin_not_allowed');
  });

  test.each(['evil.example', 'localhost.evil.example:3111', '127.0.0.1.evil.example', '0.0.0.0'])(
    'the name %s is not local',
    (name) => {
      expect(codeOf(access(), { headers: { host: name } })).toBe('host_not_allowed');
    },
  );

  it('holds a key that is sent to its role', async () => {
    const text = await make('ingest');
    expect(codeOf(access(), { headers: bearer(text) })).toBe('forbidden');
    expect(codeOf(access(), {})).toBe('ok');
    const [key] = keys.list();
    await keys.revoke(key!.id);
    expect(codeOf(access(), { headers: bearer(text) })).toBe('unauthorized');
  });
});

describe('a request that changes something', () => {
  test.each([
    ['another port of this machine', 'http://127.0.0.1:5173', {}, 'origin_not_allowed'],
    ['another name of this machine', 'http://localhost:3111', {}, 'origin_not_allowed'],
    ['no page at all', 'null', {}, 'origin_not_allowed'],
    ['our own page', 'http://127.0.0.1:3111', {}, 'ok'],
    ['our own page behind a proxy', 'https://gate.example', { 'x-forwarded-host': 'gate.example' }, 'ok'],
    [
      'a default port that is spelled',
      'https://gate.example',
      { 'x-forwarded-host': 'gate.example:443' },
      'ok',
    ],
    [
      'a page of the same name on another port',
      'https://gate.example:8443',
      { host: 'gate.example' },
      'origin_not_allowed',
    ],
  ])('from %s', (_, origin, headers, code) => {
    const ask = access({ token: 'a-token-of-some-length' });
    for (const method of ['POST', 'DELETE', 'PUT', 'PATCH'])
      expect(
        codeOf(ask, { method, headers: { origin, ...bearer('a-token-of-some-length'), ...headers } }),
      ).toBe(code);
  });
});

describe('keys', () => {
  it('may do what their role says, and no more', async () => {
    const may: Record<Role, Role[]> = {
      ingest: ['ingest'],
      read: ['read'],
      operate: ['ingest', 'read', 'operate'],
      admin: ['ingest', 'read', 'operate', 'admin'],
    };
    const ask = access();
    for (const role of roles) {
      const text = await make(role);
      for (const needed of roles)
        expect(codeOf(ask, { headers: bearer(text), role: needed }), `${role} asks ${needed}`).toBe(
          may[role].includes(needed) ? 'ok' : 'forbidden',
        );
    }
  });

  it('are taken in either header, the scheme in any case', async () => {
    const text = await make('read');
    await make('admin');
    const ask = access();
    for (const headers of [{ authorization: `bEARER  ${text}` }, { 'x-api-key': text }, bearer(text)])
      expect(codeOf(ask, { headers })).toBe('ok');
    for (const headers of [
      { authorization: `Basic ${text}` },
      { authorization: text },
      bearer(`${text}x`),
      bearer(text.slice(0, -1)),
      bearer(`${text.slice(0, -1)}${text.endsWith('A') ? 'B' : 'A'}`),
      bearer(text.toUpperCase()),
      {},
    ])
      expect(codeOf(ask, { headers })).toBe('unauthorized');
  });

  it('of a source send for that one alone', async () => {
    const ask = access();
    const headers = bearer(await make('ingest', { source: 'shopify' }));
    expect(codeOf(ask, { headers, role: 'ingest', source: 'shopify' })).toBe('ok');
    expect(codeOf(ask, { headers, role: 'ingest', source: 'stripe' })).toBe('source_not_allowed');
    expect(codeOf(ask, { headers, role: 'ingest' })).toBe('source_not_allowed');
  });

  it('end with their time, and are asked for even then', async () => {
    const text = await make('admin', { expires_at: new Date(Date.now() + 60_000).toISOString() });
    expect(codeOf(access(), { headers: bearer(text) })).toBe('ok');
    const later = access({ now: () => Date.now() + 120_000 });
    expect(codeOf(later, { headers: bearer(text) })).toBe('unauthorized');
    expect(codeOf(later, {})).toBe('unauthorized');
    await keys.revoke(keys.list()[0]!.id);
    expect(codeOf(access(), {})).toBe('unauthorized');
  });

  it('are known to every process that has the state, and so is their end', async () => {
    const other = await openKeys(state, open);
    const text = await make('admin');
    await until(async () => other.find(text) !== undefined);
    expect(other.areNeeded()).toBe(true);
    await other.revoke(other.list()[0]!.id);
    await until(async () => keys.find(text) === undefined);
  });

  it('are kept as a hash', async () => {
    const text = await make('read');
    const kept = JSON.stringify(await state.list('', { limit: 100 }));
    expect(kept).toContain(keys.list()[0]!.id);
    expect(kept).not.toContain(text.slice(-43));
  });

  it('note when they were last used', async () => {
    const ask = access();
    const text = await make('read');
    expect(keys.list()[0]!.last_used_at).toBeUndefined();
    ask({ headers: bearer(text) });
    expect(Date.parse(keys.list()[0]!.last_used_at!)).toBeGreaterThan(Date.now() - 60_000);
    await until(async () => (await state.list('auth/uses/', { limit: 10 })).length === 1);
  });
});

describe('wrong keys', () => {
  const guessing = (token: string) => {
    let now = 0;
    const clientAddress: AccessOptions['clientAddress'] = ({ headers }) => String(headers['x-test']);
    const ask = access({ token, clientAddress, now: () => now });
    const from = (address: string, text: string) =>
      codeOf(ask, { headers: { ...bearer(text), 'x-test': address } });
    const codes = Array.from({ length: 40 }, () => from('a', 'guess'));
    expect(codes[0]).toBe('unauthorized');
    expect(codes.at(-1)).toBe('too_many_wrong_keys');
    return { from, wait: (ms: number) => void (now += ms) };
  };

  it('of one address shut it out for a while: a short token is not looked at; others and known keys go on', async () => {
    const known = await make('read');
    const { from, wait } = guessing('short-token');
    expect(from('a', 'short-token')).toBe('too_many_wrong_keys');
    expect(from('b', 'short-token')).toBe('ok');
    expect(from('a', known)).toBe('ok');
    wait(60_000);
    expect(from('a', 'short-token')).toBe('ok');
  });

  it('of one address do not shut out a token that nobody guesses: it may be the address of a proxy', () => {
    const token = 'a-token-of-some-length';
    const { from } = guessing(token);
    expect(from('a', token)).toBe('ok');
    expect(from('a', 'guess')).toBe('too_many_wrong_keys');
  });
});
