import { z } from 'zod';
import { isAddressRange } from '../sources/addresses.ts';
import { presets } from '../sources/verify/presets.ts';
import { digestEncodings, hashNames, secretEncodings } from '../sources/verify/scheme.ts';
import { group, listOf, numberBetween, oneOf, positiveNumber, text, wholeNumber, yesOrNo } from './fields.ts';

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
  encoding: oneOf(digestEncodings).optional(),
  prefix: text('what stands before the signature', /^[ -~]{1,64}$/).optional(),
  signed: text(
    'a text with {body}, and where they are signed {timestamp}, {method}, {url}, {path} or {header:NAME}',
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
export type VerifyFile = z.output<typeof verifySettings>;
