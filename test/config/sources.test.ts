import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'sentinel-config-'));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

async function load(sources: string, env: Record<string, string> = {}, rest = '') {
  await writeFile(join(cwd, 'sentinel-config.yaml'), `sources:\n  shop: ${sources}\n${rest}`);
  return loadConfig({ cwd, env }).sources['shop']!;
}
const problems = (sources: string, env: Record<string, string> = {}, rest = '') =>
  load(sources, env, rest).then(
    () => 'accepted',
    (error: Error) => error.message,
  );

describe('the secrets of a source', () => {
  it('come from variables, from .env and from files, several while one replaces another', async () => {
    await writeFile(join(cwd, '.env'), 'OLD_SECRET=old\n');
    await writeFile(join(cwd, 'third.txt'), 'third\n');
    const source = await load(
      '{ verify: { type: github, secret_env: [NEW_SECRET, OLD_SECRET], secret_file: ./third.txt } }',
      { NEW_SECRET: 'new' },
    );
    expect(source.verify).toMatchObject({ type: 'github', secrets: ['new', 'old', 'third'] });
  });

  it('are missed at the start, not at the first delivery', async () => {
    const github = '{ verify: { type: github, secret_env: GITHUB_SECRET } }';
    expect(await problems(github)).toContain('sources.shop.verify.secret_env: GITHUB_SECRET is not set');
    expect(await problems(github, { GITHUB_SECRET: ' ' })).toContain('GITHUB_SECRET is not set');
    expect(await problems('{ verify: { type: github } }')).toContain(
      'type github needs secret_env or secret_file; add it',
    );
    expect(await problems('{ verify: { type: github, secret_file: ./none } }')).toContain("can't be read");
  });

  it.each([
    ['stripe', 'whsec_…'],
    ['standard-webhooks', 'whsec_!!!'],
    ['standard-webhooks', 'whpk_AAAA'],
    ['sendgrid', 'no key at all'],
    ['adyen', 'not hex'],
  ])('are looked at for type %s, and never shown', async (type, secret) => {
    const message = await problems(`{ verify: { type: ${type}, secret_env: S } }`, { S: secret });
    expect(message).toContain(`environment variable S is no secret for type ${type}`);
    expect(message).not.toContain(secret);
  });

  it.each([
    ['base64', 'bm90IGNhbm9uaWNhbA'],
    ['base64', 'a-secret-as-text'],
    ['hex', 'abc'],
    ['hex', '0xab'],
  ])('are looked at for hmac, when they are to be %s', async (encoding, secret) => {
    const settings = `{ verify: { type: hmac, header: x, secret_env: S, secret_encoding: ${encoding} } }`;
    const message = await problems(settings, { S: secret });
    expect(message).toContain(`it is not ${encoding}, as secret_encoding says`);
    expect(message).not.toContain(secret);
    expect((await load(settings, { S: 'abcd' })).verify).toMatchObject({ secretEncoding: encoding });
  });

  it('have no place in the file', async () => {
    const message = await problems('{ verify: { type: github, secret: hunter2 } }');
    expect(message).toContain('the variable that secret_env names');
    expect(message).not.toContain('hunter2');
  });
});

describe('each form of verification', () => {
  it.each([
    ['{ verify: { type: gihub, secret_env: S } }', 'did you mean github?'],
    ['{ verify: { type: twilio, secret_env: S } }', 'type twilio needs url; add it'],
    ['{ verify: { type: github, secret_env: S, tolerance_seconds: 5 } }', 'type github has no such setting'],
    ['{ verify: { type: hmac, secret_env: S } }', 'type hmac needs header; add it'],
    [
      '{ verify: { type: hmac, secret_env: S, header: x, signed: "{timestamp}.{body}" } }',
      'needs timestamp_header',
    ],
    ['{ verify: { type: hmac, secret_env: S, header: x, timestamp_header: t } }', 'proves nothing'],
    ['{ verify: { type: hmac, secret_env: S, header: x, signed: "no" } }', 'a text with {body}'],
    ['{ verify: { type: hmac, secret_env: S, header: x, algorithm: md5 } }', 'one of sha1'],
    [
      '{ verify: { type: hmac, secret_env: S, header: x, secret_encoding: base32 } }',
      'one of utf8, base64, hex',
    ],
    ['{ verify: { type: github, secret_env: S, secret_encoding: hex } }', 'type github has no such setting'],
    ['{ verify: { type: basic, username: ada } }', 'type basic needs password_env; add it'],
    ['{ verify: { type: api_key, secret_env: S, in: header } }', 'type api_key needs name; add it'],
    ['{ verify: { type: api_key, secret_env: S, in: body, name: x } }', 'one of header, query'],
    ['{ verify: { type: meta, secret_env: S, verify_token_env: T } }', 'verify_token_env: T is not set'],
    ['{ allow_ips: [192.30.252.0/33] }', 'an IP address or a range'],
    ['{ id: delivery }', 'header: and the name of a header'],
    ['{ events: batch }', 'a JSON Pointer'],
    ['{ respond: 500 }', 'a whole number from 200 to 299'],
    ['{ contract: { map: {} } }', '{ from: header:NAME or a JSON Pointer'],
    ['{ version: newest }', 'ignore'],
  ])('%s', async (settings, message) => {
    expect(await problems(settings, { S: 'secret' })).toContain(message);
  });

  it('has names of headers in lower case, as requests have them', async () => {
    const source = await load(
      '{ headers: [X-GitHub-Event], id: header:X-GitHub-Delivery, contract: { from: header:X-GitHub-Event, map: { push: gh_push } } }',
    );
    expect(source).toEqual({
      headers: ['x-github-event'],
      id: 'header:x-github-delivery',
      contract: { from: 'header:x-github-event', map: { push: 'gh_push' }, otherwise: 'keep' },
    });
  });
});

describe('a source that others reach and nobody verifies', () => {
  const open = 'http: { host: 0.0.0.0 }\n';
  const env = { SENTINEL_API_TOKEN: 'a-token-that-is-long-enough' };

  it('is refused at the start, with the line to add', async () => {
    const message = await problems('{ verify: { type: none } }', env, open);
    expect(message).toContain('shop: { verify: { type: none, public: true } }');
  });

  it('starts when that is said, when it is verified, when a key is asked for, and on loopback', async () => {
    expect(await problems('{ verify: { type: none, public: true } }', env, open)).toBe('accepted');
    expect(await problems('{ verify: { type: bearer, secret_env: S } }', { ...env, S: 'secret' }, open)).toBe(
      'accepted',
    );
    expect(await problems('{ contract: order }', env, open)).toBe('accepted');
    expect(await problems('{ verify: { type: none } }')).toBe('accepted');
  });

  it('needs a token of 16 characters or more, which is not asked for on loopback', async () => {
    const short = { SENTINEL_API_TOKEN: 'fifteen-letters' };
    const message = await problems('{ contract: order }', short, open);
    expect(message).toContain('SENTINEL_API_TOKEN: has 15 characters');
    expect(message).not.toContain('fifteen-letters');
    expect(await problems('{ contract: order }', { SENTINEL_API_TOKEN: 'sixteen-letters-' }, open)).toBe(
      'accepted',
    );
    expect(await problems('{ contract: order }', short)).toBe('accepted');
  });
});
