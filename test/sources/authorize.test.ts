import { describe, expect, test } from 'vitest';
import { createAuthorize } from '../../src/sources/authorize.ts';

const local = { host: '127.0.0.1:3111' };

describe('without a token', () => {
  const authorize = createAuthorize({});
  const codeOf = (headers: Record<string, string>) => authorize({ headers: { ...local, ...headers } })?.code;

  test.each([
    ['a client that is no browser', {}],
    ['the console', { origin: 'http://127.0.0.1:3111', 'sec-fetch-site': 'same-origin' }],
    ['a page of this machine', { origin: 'http://localhost:5173', 'sec-fetch-site': 'cross-site' }],
    ['a page of this machine by IPv6', { origin: 'http://[::1]:5173' }],
    ['an address that a person typed', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }],
    ['a link that a person followed', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }],
  ])('%s may ask', (_, headers) => {
    expect(codeOf(headers)).toBeUndefined();
  });

  test.each([
    ['a page from elsewhere', { origin: 'https://evil.example' }],
    ['a page without an origin of its own', { origin: 'null' }],
    ['a name that begins as ours', { origin: 'http://127.0.0.1.evil.example' }],
    ['a name with ours as its user', { origin: 'http://localhost:1@evil.example' }],
    ['a form that navigates', { origin: 'https://evil.example', 'sec-fetch-mode': 'navigate' }],
    ['an image of a page from elsewhere', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
  ])('%s may not', (_, headers) => {
    expect(codeOf(headers)).toBe('origin_not_allowed');
  });

  test.each(['evil.example', 'localhost.evil.example:3111', '127.0.0.1.evil.example', '0.0.0.0'])(
    'the name %s is not local',
    (host) => {
      expect(codeOf({ host })).toBe('host_not_allowed');
    },
  );
});

test('with a token only the token counts', () => {
  const authorize = createAuthorize({ token: 'secret' });
  const origin = 'https://dashboard.example';
  expect(authorize({ headers: { ...local, origin } })?.code).toBe('unauthorized');
  expect(authorize({ headers: { host: 'x', origin, authorization: 'Bearer secret' } })).toBeUndefined();
  expect(authorize({ headers: { ...local, authorization: 'Bearer secreT' } })?.code).toBe('unauthorized');
});
