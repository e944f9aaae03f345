import { fitsAnyDigest, headerText, hmac } from './compare.ts';
import {
  type DigestEncoding,
  type HashName,
  type Preset,
  type Verdict,
  type Verifier,
  type VerifySettings,
  defaultToleranceMs,
  late,
  refuse,
  verified,
} from './scheme.ts';

export interface SignedParts {
  body: Buffer;
  /** As it was sent; empty where the vendor sends none. */
  timestamp: string;
  method: string;
  url: string;
  /** For other headers that are signed. */
  header: HeaderReader;
  settings: VerifySettings;
}

/** How a vendor signs with a shared secret: an HMAC over the body, and what else it puts beside it. */
export interface HmacScheme {
  algorithm: HashName;
  encoding: DigestEncoding;
  /** The header with the signature. */
  header: string;
  /** What stands before the signature in its header. */
  prefix?: string;
  /** The header with the time that is signed. */
  timestampHeader?: string;
  /** The signatures (one that fits is enough) and the time, where they stand otherwise. */
  read?: (headers: HeaderReader) => { signatures: string[]; timestamp?: string };
  /** The headers of a signed request, where they are others. */
  write?: (signature: string, timestamp: string, id: string) => Record<string, string>;
  /** What is signed, in order. Default: the body. */
  signed?: (parts: SignedParts) => (string | Buffer)[];
  /** The key that a secret spells. Default: its text. */
  key?: (secret: string) => string | Buffer;
  /** The unit of the time that is signed; left out where none is. */
  time?: TimeUnit;
  toleranceMs?: number;
}

/** A header's text, trimmed; empty when it is missing. */
export type HeaderReader = (name: string) => string;

/** A preset for a vendor that signs with a shared secret. */
export function hmacPreset(
  preset: Pick<Preset, 'type' | 'id' | 'respond' | 'takes' | 'checkSecret'> & { needs?: Preset['needs'] },
  scheme: HmacScheme,
): Preset {
  const times = scheme.time === undefined ? [] : (['tolerance_seconds'] as const);
  return {
    ...preset,
    needs: ['secret', ...(preset.needs ?? [])],
    takes: [...(preset.takes ?? []), ...times],
    create: (settings, { now = Date.now } = {}) => createHmacVerifier(scheme, settings, now),
  };
}

export function createHmacVerifier(
  scheme: HmacScheme,
  settings: VerifySettings,
  now: () => number,
): Verifier {
  const { algorithm, encoding, time, signed = ({ body }) => [body] } = scheme;
  const { read = readHeaders(scheme), write = writeHeaders(scheme) } = scheme;
  const keys = settings.secrets.map((secret) => scheme.key?.(secret) ?? secret);
  const toleranceMs = settings.toleranceMs ?? scheme.toleranceMs ?? defaultToleranceMs;
  const fold = (signature: string) => (encoding === 'hex' ? signature.toLowerCase() : signature);

  return {
    verify({ method, url, headers, body }) {
      const header: HeaderReader = (name) => headerText(headers[name]);
      const { signatures, timestamp = '' } = read(header);
      const given = signatures.filter((signature) => signature !== '').slice(0, maxSignatures);
      if (given.length === 0) return refuse('signature_missing');
      const at = time === undefined ? undefined : timeOf(timestamp, time);
      if (time !== undefined && at === undefined) return refuse('timestamp_missing');
      const parts = signed({ body, timestamp, method, url, header, settings });
      const expected = keys.map((key) => hmac(algorithm, key, parts, encoding));
      if (!fitsAnyDigest(given.map(fold), expected)) return refuse('signature_wrong');
      return at === undefined ? verified : judgeTime(at, now(), toleranceMs);
    },
    sign({ method, url, body, now: at }) {
      const timestamp = time === undefined ? '' : String(time === 'ms' ? at : Math.floor(at / 1000));
      // What a signed header of a test holds: another one each time, as no test is a repeat of one before.
      const id = `sentinel-test-${at}`;
      const parts = signed({ body, timestamp, method, url, header: () => id, settings });
      return { headers: write(hmac(algorithm, keys[0]!, parts, encoding), timestamp, id) };
    },
  };
}

function readHeaders({ header: name, prefix = '', timestampHeader }: HmacScheme): HmacScheme['read'] & {} {
  return (header) => ({
    signatures: afterPrefix(header(name), prefix),
    timestamp: timestampHeader === undefined ? undefined : header(timestampHeader),
  });
}

function writeHeaders({ header, prefix = '', timestampHeader }: HmacScheme): HmacScheme['write'] & {} {
  return (signature, timestamp) => ({
    [header]: prefix + signature,
    ...(timestampHeader !== undefined && { [timestampHeader]: timestamp }),
  });
}

/** What is signed for a time to come is as suspect as an old one, but no gateway sends it again. */
export function judgeTime(at: number, now: number, toleranceMs: number): Verdict {
  if (at > now + toleranceMs) return refuse('timestamp_out_of_range');
  return at < now - toleranceMs ? late : verified;
}

/** Milliseconds since 1970; `any`: seconds, milliseconds or ISO 8601, whichever it looks like. */
export function timeOf(text: string, unit: TimeUnit): number | undefined {
  if (unit === 'any' && isoTime.test(text)) {
    const at = Date.parse(text);
    return Number.isNaN(at) ? undefined : at;
  }
  if (!/^\d{1,15}$/.test(text)) return undefined;
  const number = Number(text);
  return unit === 's' || (unit === 'any' && number < firstMs) ? number * 1000 : number;
}

export type TimeUnit = 's' | 'ms' | 'any';
const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;
/** Seconds will not be as many before the year 5138; as milliseconds it was 1973. */
const firstMs = 1e11;

/** More are not compared: no vendor rotates through so many. */
const maxSignatures = 16;

/** The values of each name in `t=1,v1=a,v1=b`. */
export function fieldsOf(text: string, separator: string): (name: string) => string[] {
  const fields = text.split(separator, maxFields).map((field) => {
    const at = field.indexOf('=');
    return at === -1 ? [field.trim(), ''] : [field.slice(0, at).trim(), field.slice(at + 1).trim()];
  });
  return (name) => fields.flatMap(([key, value]) => (key === name ? [value!] : []));
}

const maxFields = 64;

/** What follows `prefix` in a header; nothing when the header does not begin so. */
function afterPrefix(text: string, prefix: string): string[] {
  return text.startsWith(prefix) ? [text.slice(prefix.length)] : [];
}
