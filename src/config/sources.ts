import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { messageOf } from '../model/errors.ts';
import { isAddressRange } from '../sources/addresses.ts';
import { presets } from '../sources/verify/presets.ts';
import {
  type Preset,
  type VerifySetting,
  type VerifySettings,
  hashNames,
  secretEncodings,
} from '../sources/verify/scheme.ts';
import { type Environment, variable } from './environment.ts';
import { group, listOf, numberBetween, oneOf, positiveNumber, text, wholeNumber, yesOrNo } from './fields.ts';
import type { RateLimit, SourceConfig } from './types.ts';

/** Names that come from outside and become keys; the prototype's own names would be found in any object. */
export const name = text(
  'a name of letters, digits, "_", "." and "-"',
  /^(?!(?:__proto__|constructor|prototype)$)[\w.-]{1,128}$/,
);

const variableName = text('the name of an environment variable', /^[A-Za-z_][A-Za-z0-9_]{0,99}$/);
const headerName = text('the name of a header', /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/);
const allowedVersion = 'a version such as 1.0.0, ignore, or { from: header:NAME or a JSON Pointer }';
const version = text(allowedVersion, /^(?:ignore|\d+\.\d+\.\d+)$/);
const place = text(
  'header: and the name of a header, or a JSON Pointer such as /id',
  /^(?:header:[A-Za-z0-9_-]{1,100}|(?:\/(?:[^~/]|~[01])*){1,64})$/,
);
const pointer = text('a JSON Pointer such as /id', /^(?:\/(?:[^~/]|~[01])*){1,64}$/);
export const addressRange = z
  .string('an IP address or a range such as 192.30.252.0/22')
  .refine(isAddressRange, 'an IP address or a range such as 192.30.252.0/22');
export const rateLimit = group({
  requests_per_second: positiveNumber(1_000_000, 'requests a second'),
  burst: wholeNumber(1, 1_000_000).optional(),
});

/** One, or a list of them while one replaces another. */
const oneOrMore = <T extends z.ZodType>(item: T, allowed: string) =>
  z.preprocess((value) => (Array.isArray(value) ? value : [value]), listOf(item, allowed));

const verifySettings = group({
  type: oneOf([...presets.keys()]),
  secret_env: oneOrMore(variableName, 'the name of an environment variable, or a list of names').optional(),
  secret_file: oneOrMore(text('the path of a file'), 'the path of a file, or a list of paths').optional(),
  secret_encoding: oneOf(secretEncodings).optional(),
  password_env: oneOrMore(variableName, 'the name of an environment variable, or a list of names').optional(),
  verify_token_env: variableName.optional(),
  header: headerName.optional(),
  algorithm: oneOf(hashNames).optional(),
  encoding: oneOf(['hex', 'base64']).optional(),
  prefix: text('what stands before the signature', /^[ -~]{1,64}$/).optional(),
  signed: text(
    'a text with {body}, and where they are signed {timestamp}, {method}, {url} or {header:NAME}',
    /^(?=[^]*\{body\})[^]{1,500}$/,
  ).optional(),
  timestamp_header: headerName.optional(),
  tolerance_seconds: wholeNumber(1, 31_536_000).optional(),
  username: text('a user name without ":"', /^[^:]{1,200}$/).optional(),
  in: oneOf(['header', 'query']).optional(),
  name: text('the name of a header or of a query parameter', /^[\w.-]{1,100}$/).optional(),
  url: text('the URL that the sender was given', /^https?:\/\/[^\s/]+(?:\/\S*)?$/).optional(),
  confirm: yesOrNo().optional(),
  topics: listOf(text('the ARN of a topic', /^arn:/), 'a list of ARNs of topics').optional(),
  public: yesOrNo().optional(),
});

export const sourceSettings = group({
  verify: verifySettings.optional(),
  contract: z
    .union(
      [
        name,
        group({
          from: place,
          map: z.record(z.string(), name).optional(),
          otherwise: oneOf(['keep', 'ignore']).default('keep'),
        }),
      ],
      'the name of a contract, or { from: header:NAME or a JSON Pointer, map: { value: contract }, otherwise: keep or ignore }',
    )
    .optional(),
  version: z.union([version, group({ from: place })], allowedVersion).optional(),
  id: place.optional(),
  id_days: numberBetween(0.01, 366).optional(),
  headers: listOf(headerName, 'a list of names of headers').optional(),
  events: pointer.optional(),
  respond: wholeNumber(200, 299).optional(),
  allow_ips: listOf(addressRange, 'a list of IP addresses and ranges').optional(),
  rate_limit: rateLimit.optional(),
});

export const sampleSources = `shopify: { contract: order, verify: { type: shopify, secret_env: SHOPIFY_SECRET } }
legacy:
  contract: order
  version: 1.0.0                  # or ignore, or { from: /meta/version }; default: the event's own
partner:
  verify: { type: hmac, header: x-signature, secret_env: [PARTNER_SECRET, PARTNER_SECRET_OLD] }
  allow_ips: [192.30.252.0/22]
  rate_limit: { requests_per_second: 100, burst: 200 }
  respond: 200                    # default 202
  contract: { from: header:x-topic, map: { orders: order }, otherwise: keep }   # or ignore
  id: header:x-delivery           # what makes two deliveries one; default: the preset's, Idempotency-Key, webhook-id
  id_days: 30
  headers: [x-topic]              # kept with the event
  events: /batch/*                # the events within an envelope`;

export type SourceSettings = z.output<typeof sourceSettings>;
type Verify = z.output<typeof verifySettings>;

/** The sources with their secrets. Adds a line to `problems` for each thing that is wrong; shows no secret. */
export function readSources(
  sources: Record<string, SourceSettings>,
  env: Environment,
  base: string,
  problems: string[],
): Record<string, SourceConfig> {
  return Object.fromEntries(
    Object.entries(sources).map(([source, settings]) => {
      const { verify, rate_limit: limit, headers, contract, version, id, events, respond } = settings;
      return [
        source,
        withoutUndefined({
          contract:
            typeof contract === 'object' ? { ...contract, from: lowerCased(contract.from) } : contract,
          version: typeof version === 'object' ? { from: lowerCased(version.from) } : version,
          verify: verify && readVerify(verify, `sources.${source}.verify`, env, base, problems),
          id: id && lowerCased(id),
          idDays: settings.id_days,
          headers: headers?.map((header) => header.toLowerCase()),
          events,
          respond,
          allowIps: settings.allow_ips,
          rateLimit: limit && toRateLimit(limit),
        }),
      ];
    }),
  );
}

/** So that equal configs are equal objects. */
function withoutUndefined(source: SourceConfig): SourceConfig {
  return Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined));
}

/** Names of headers have no case. */
const lowerCased = (from: string): string => (from.startsWith('header:') ? from.toLowerCase() : from);

export function toRateLimit(limit: z.output<typeof rateLimit>): RateLimit {
  const { requests_per_second: requestsPerSecond, burst } = limit;
  return { requestsPerSecond, burst: burst ?? Math.max(1, Math.ceil(requestsPerSecond * 2)) };
}

function readVerify(
  verify: Verify,
  at: string,
  env: Environment,
  base: string,
  problems: string[],
): VerifySettings {
  const preset = presets.get(verify.type)!;
  checkSettings(verify, preset, at, problems);
  const { secrets, secretFrom } = readSecrets(verify, preset, at, env, base, problems);
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

const keysOf: Partial<Record<VerifySetting, (keyof Verify)[]>> = {
  secret: ['secret_env', 'secret_file'],
  password: ['password_env'],
};
const fileKeys = (setting: VerifySetting): (keyof Verify)[] => keysOf[setting] ?? [setting as keyof Verify];

function checkSettings(
  verify: Verify,
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
  if (verify.signed?.includes('{url}') === true && verify.url === undefined)
    problems.push(`${at}.signed: {url} needs url; add it`);
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
  verify: Verify,
  preset: Preset,
  at: string,
  env: Environment,
  base: string,
  problems: string[],
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

/** What is wrong with sources that others than this machine reach; each with the line that mends it. */
export function openSources(sources: Record<string, SourceConfig>): string[] {
  return Object.entries(sources).flatMap(([source, { verify }]) =>
    verify?.type === 'none' && verify.public !== true
      ? [
          `sources.${source}.verify: type none lets everyone who reaches this address send; if that is meant, write\n      ${source}: { verify: { type: none, public: true } }\n    else name how its requests are signed, such as { type: hmac, … } or { type: bearer, secret_env: … }`,
        ]
      : [],
  );
}
