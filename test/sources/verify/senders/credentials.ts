import { type Sender, secrets } from './sender.ts';

/** Those that send a secret and sign nothing. */
export const credentials: Sender[] = [
  {
    type: 'gitlab',
    secrets,
    header: 'x-gitlab-token',
    sign: (_, secret) => ({ headers: { 'x-gitlab-token': secret } }),
  },
  {
    type: 'basic',
    settings: { username: 'ada' },
    secrets,
    header: 'authorization',
    pattern: /^Basic /,
    sign: (_, secret) => ({
      headers: { authorization: `Basic ${Buffer.from(`ada:${secret}`).toString('base64')}` },
    }),
  },
  {
    type: 'bearer',
    secrets: ['today', 'yesterday'],
    header: 'authorization',
    pattern: /^bearer /i,
    sign: (_, secret) => ({ headers: { authorization: `bearer ${secret}` } }),
  },
  {
    type: 'api_key',
    settings: { in: 'header', name: 'X-Api-Key' },
    secrets,
    header: 'x-api-key',
    sign: (_, secret) => ({ headers: { 'x-api-key': secret } }),
  },
];
