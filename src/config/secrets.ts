import { variable, type Environment } from './environment.ts';

/** What comes from the environment or `.env` only. */
export interface Secrets {
  apiToken?: string;
  openaiKey?: string;
  openaiBaseUrl?: string;
  natsUser?: string;
  natsPassword?: string;
  natsToken?: string;
}

/** Adds a line to `problems` for each one that can't be used; never shows a value. */
export function readSecrets(env: Environment, problems: string[]): Secrets {
  const secrets: Secrets = {};
  const apiToken = variable(env, 'SENTINEL_API_TOKEN');
  if (apiToken !== undefined) {
    if (headerSafe(apiToken)) secrets.apiToken = apiToken;
    else problems.push(notHeaderSafe('SENTINEL_API_TOKEN'));
  }
  const openaiKey = variable(env, 'OPENAI_API_KEY');
  if (openaiKey !== undefined) {
    if (headerSafe(openaiKey)) secrets.openaiKey = openaiKey;
    else problems.push(notHeaderSafe('OPENAI_API_KEY'));
  }
  const baseUrl = variable(env, 'OPENAI_BASE_URL');
  if (baseUrl !== undefined) {
    if (isHttpUrl(baseUrl) && hasLogin(baseUrl))
      problems.push(
        'environment variable OPENAI_BASE_URL: a URL with a user or a password in it cannot be asked; set OPENAI_API_KEY instead',
      );
    else if (isHttpUrl(baseUrl)) secrets.openaiBaseUrl = baseUrl;
    else
      problems.push(
        'environment variable OPENAI_BASE_URL: allowed: a URL that starts with http:// or https://',
      );
  }
  const [natsUser, natsPassword, natsToken] = ['USER', 'PASSWORD', 'TOKEN'].map((name) =>
    variable(env, `SENTINEL_NATS_${name}`),
  );
  return {
    ...secrets,
    ...(natsUser === undefined ? {} : { natsUser }),
    ...(natsPassword === undefined ? {} : { natsPassword }),
    ...(natsToken === undefined ? {} : { natsToken }),
  };
}

/** Both travel in an `Authorization` header, which can't carry spaces or anything beyond ASCII. */
const headerSafe = (value: string): boolean => /^[\x21-\x7e]+$/.test(value);
const notHeaderSafe = (name: string): string =>
  `environment variable ${name}: allowed: printable ASCII characters without spaces`;

/** `fetch` refuses such a URL, and it would show in messages. */
const hasLogin = (url: string): boolean => new URL(url).username !== '' || new URL(url).password !== '';

function isHttpUrl(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}
