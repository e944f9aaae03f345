import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { messageOf } from '../model/errors.ts';
import { presets } from '../sources/verify/presets.ts';
import type { Preset, VerifySetting, VerifySettings } from '../sources/verify/scheme.ts';
import { variable } from './environment.ts';
import type { ReadContext } from './environment.ts';
import type { VerifyFile } from './source-settings.ts';

/** How the requests of a source are verified, with the secrets. */
export function readVerify(verify: VerifyFile, at: string, from: ReadContext): VerifySettings {
  const { env, problems } = from;
  const preset = presets.get(verify.type)!;
  checkSettings(verify, preset, at, problems);
  const { secrets, secretFrom } = readSecrets(verify, preset, at, from);
  const tokenName = verify.verify_token_env;
  const verifyToken = tokenName === undefined ? undefined : variable(env, tokenName);
  if (tokenName !== undefined && verifyToken === undefined)
    problems.push(notSet(`${at}.verify_token_env`, tokenName));
  return {
    type: verify.type,
    secrets,
    secretFrom,
    secretEncoding: verify.secret_encoding,
    header: verify.header,
    algorithm: verify.algorithm,
    encoding: verify.encoding,
    prefix: verify.prefix,
    signed: verify.signed,
    timestampHeader: verify.timestamp_header,
    toleranceMs: verify.tolerance_seconds === undefined ? undefined : verify.tolerance_seconds * 1000,
    username: verify.username,
    in: verify.in,
    name: verify.name,
    url: verify.url,
    verifyToken,
    confirm: verify.confirm,
    topics: verify.topics,
    public: verify.public,
  };
}

const keysOf: Partial<Record<VerifySetting, (keyof VerifyFile)[]>> = {
  secret: ['secret_env', 'secret_file'],
  password: ['password_env'],
};
const fileKeys = (setting: VerifySetting): (keyof VerifyFile)[] =>
  keysOf[setting] ?? [setting as keyof VerifyFile];

function checkSettings(
  verify: VerifyFile,
  { type, needs, takes = [] }: Preset,
  at: string,
  problems: string[],
): void {
  for (const setting of needs) {
    const keys = fileKeys(setting);
    if (keys.every((key) => verify[key] === undefined))
      problems.push(`${at}: type ${type} needs ${keys.join(' or ')}; add it`);
  }
  const known = new Set<string>(['type', ...[...needs, ...takes].flatMap(fileKeys)]);
  for (const [key, value] of Object.entries(verify))
    if (value !== undefined && !known.has(key))
      problems.push(`${at}.${key}: type ${type} has no such setting; it takes ${[...known].join(', ')}`);
  if (verify.signed?.includes('{timestamp}') === true && verify.timestamp_header === undefined)
    problems.push(`${at}.signed: {timestamp} needs timestamp_header; add it`);
  for (const part of ['{url}', '{path}'])
    if (verify.signed?.includes(part) === true && verify.url === undefined)
      problems.push(`${at}.signed: ${part} needs url; add it`);
  if (
    type === 'hmac' &&
    verify.timestamp_header !== undefined &&
    verify.signed?.includes('{timestamp}') !== true
  )
    problems.push(
      `${at}.timestamp_header: a time that is not signed proves nothing; put {timestamp} into signed`,
    );
}

function readSecrets(
  verify: VerifyFile,
  preset: Preset,
  at: string,
  { env, base, problems }: ReadContext,
): Required<Pick<VerifySettings, 'secrets' | 'secretFrom'>> {
  const found: { from: string; name: string; secret: string }[] = [];
  for (const variableKey of ['secret_env', 'password_env'] as const)
    for (const each of verify[variableKey] ?? []) {
      const secret = variable(env, each);
      if (secret === undefined) problems.push(notSet(`${at}.${variableKey}`, each));
      else found.push({ from: `environment variable ${each}`, name: each, secret });
    }
  for (const path of verify.secret_file ?? []) {
    try {
      const secret = readFileSync(resolve(base, path), 'utf8').trim();
      if (secret === '') problems.push(`${at}.secret_file: ${path} is empty; put the secret there`);
      else found.push({ from: path, name: path, secret });
    } catch (error) {
      problems.push(`${at}.secret_file: ${path} can't be read: ${messageOf(error)}`);
    }
  }
  for (const { from, secret } of found) {
    const wrong = preset.checkSecret?.(secret, verify.secret_encoding);
    if (wrong !== undefined) problems.push(`${at}: ${from} is no secret for type ${preset.type}: ${wrong}`);
  }
  return { secrets: found.map(({ secret }) => secret), secretFrom: found.map(({ name: place }) => place) };
}

const notSet = (at: string, variableName: string): string =>
  `${at}: ${variableName} is not set; set it in the environment or .env to the secret that the sender signs with`;
