import { SentinelError } from '../../model/errors.ts';
import { asHeader, bytesOf, fitsAny, headerText } from './compare.ts';
import { createHmacVerifier } from './hmac-preset.ts';
import { publicUrl } from './public-url.ts';
import { type Preset, type SecretEncoding, type SignedRequest, refuse, verified } from './scheme.ts';

/** An HMAC, as the settings say: header, algorithm, encodings, prefix, what is signed, and the time. */
export const hmacOfSettings: Preset = {
  type: 'hmac',
  needs: ['secret', 'header'],
  takes: [
    'secret_encoding',
    'algorithm',
    'encoding',
    'prefix',
    'signed',
    'timestamp_header',
    'tolerance_seconds',
    'url',
  ],
  checkSecret: (secret, encoding) =>
    keyOf(secret, encoding) === undefined ? `it is not ${encoding}, as secret_encoding says` : undefined,
  create(settings, { now = Date.now } = {}) {
    const { header: name = '', prefix = '', timestampHeader, signed = '{body}' } = settings;
    const isList = prefix !== '' || timestampHeader?.toLowerCase() === name.toLowerCase();
    const separator = isList ? separatorBeside(prefix) : never;
    const template = signed.split(/(\{[\w:-]+\})/);
    return createHmacVerifier(
      {
        algorithm: settings.algorithm ?? 'sha256',
        encoding: settings.encoding ?? 'hex',
        header: name.toLowerCase(),
        prefix,
        timestampHeader: timestampHeader?.toLowerCase(),
        read: (header) => ({
          signatures: header(name.toLowerCase())
            .split(separator)
            .flatMap((part) => (part.startsWith(prefix) ? [part.slice(prefix.length)] : [])),
          timestamp: timestampHeader && timestampIn(header(timestampHeader.toLowerCase())),
        }),
        key: (secret) => keyOf(secret, settings.secretEncoding) ?? unusable(),
        time: timestampHeader === undefined ? undefined : 'any',
        signed: (parts) =>
          template.map((part) => {
            if (part === '{body}') return parts.body;
            if (part === '{timestamp}') return parts.timestamp;
            if (part === '{method}') return parts.method;
            if (part === '{url}') return publicUrl(settings, parts.url);
            if (part === '{path}') return pathOf(publicUrl(settings, parts.url));
            const header = /^\{header:([\w-]+)\}$/.exec(part)?.[1];
            return header === undefined ? part : parts.header(header.toLowerCase());
          }),
      },
      settings,
      now,
    );
  },
};

/** The bytes that a secret spells; undefined when it does not spell any. */
function keyOf(secret: string, encoding: SecretEncoding = 'utf8'): Buffer | undefined {
  if (encoding === 'hex' && !/^(?:[0-9a-f]{2})+$/i.test(secret)) return undefined;
  const key = encoding === 'base64' ? bytesOf(secret) : Buffer.from(secret, encoding);
  return key.length > 0 ? key : undefined;
}

/** A key without bytes would let everyone sign. */
function unusable(): never {
  throw new SentinelError('config_invalid', 'a secret is not what secret_encoding says');
}

const never = /(?!)/;

/** Between the parts of a list; what the prefix has itself separates nothing (`HMAC …`). */
function separatorBeside(prefix: string): RegExp {
  const characters = [',', ';', ' '].filter((character) => !prefix.includes(character)).join('');
  return characters === '' ? never : new RegExp(`[${characters}]+`);
}

/** Some put the time beside the signature, under a name or none: `t=1700000000,v1=…`, `1700000000,…`. */
function timestampIn(text: string): string {
  const parts = text.split(/[,;]/, maxParts).map((part) => part.slice(part.indexOf('=') + 1).trim());
  return parts.length === 1
    ? text.slice(text.indexOf('=') + 1)
    : (parts.find((part) => aTime.test(part)) ?? '');
}

const maxParts = 64;
/** Seconds or milliseconds of this century, or ISO 8601; no version number, and no signature. */
const aTime = /^(?:\d{9,15}|\d{4}-\d\d-\d\dT\S+)$/;

/** Path and query of a URL, as they stand in it. */
const pathOf = (url: string): string => url.replace(/^https?:\/\/[^/?#]*/i, '') || '/';

export const basic: Preset = {
  type: 'basic',
  needs: ['username', 'password'],
  create: ({ username = '', secrets }) => {
    const logins = secrets.map((password) => `${username}:${password}`);
    return {
      verify({ headers }) {
        const given = credentialsOf(headers.authorization, 'basic');
        if (given === undefined) return refuse('credentials_missing');
        return fitsAny([bytesOf(given).toString()], logins) ? verified : refuse('credentials_wrong');
      },
      sign: () => ({
        headers: { authorization: `Basic ${Buffer.from(logins[0]!).toString('base64')}` },
      }),
    };
  },
};

export const bearer: Preset = {
  type: 'bearer',
  needs: ['secret'],
  create: ({ secrets }) => ({
    verify({ headers }) {
      const given = credentialsOf(headers.authorization, 'bearer');
      if (given === undefined) return refuse('credentials_missing');
      return fitsAny([given], secrets) ? verified : refuse('credentials_wrong');
    },
    sign: () => ({ headers: { authorization: `Bearer ${asHeader(secrets[0]!)}` } }),
  }),
};

/** A secret in a header or in the query, as senders that can't sign send it. */
export const apiKey: Preset = {
  type: 'api_key',
  needs: ['in', 'name', 'secret'],
  create({ secrets, in: place, name = '' }) {
    const header = name.toLowerCase();
    const given = ({ headers, url }: SignedRequest) =>
      place === 'header' ? headerText(headers[header]) : queryOf(url).getAll(name);
    return {
      verify(request) {
        const keys = [given(request)].flat().filter((key) => key !== '');
        if (keys.length === 0) return refuse('credentials_missing');
        return keys.length === 1 && fitsAny(keys, secrets) ? verified : refuse('credentials_wrong');
      },
      sign({ url }) {
        if (place === 'header') return { headers: { [header]: asHeader(secrets[0]!) } };
        const query = new URLSearchParams({ [name]: secrets[0]! });
        return { headers: {}, url: `${url}${url.includes('?') ? '&' : '?'}${query}` };
      },
    };
  },
};

/** Nothing is checked. For loopback, or for a source that is meant to be open to all. */
export const none: Preset = {
  type: 'none',
  needs: [],
  takes: ['public'],
  create: () => ({ verify: () => verified, sign: () => ({ headers: {} }) }),
};

/** What follows the scheme of an `Authorization` header, however the scheme is written. */
export function credentialsOf(authorization: string | undefined, scheme: string): string | undefined {
  const text = (authorization ?? '').trim();
  const at = text.indexOf(' ');
  if (text.slice(0, Math.max(0, at)).toLowerCase() !== scheme) return undefined;
  const credentials = text.slice(at + 1).trim();
  return credentials === '' ? undefined : credentials;
}

function queryOf(url: string): URLSearchParams {
  const at = url.indexOf('?');
  return new URLSearchParams(at === -1 ? '' : url.slice(at + 1));
}
