import { type KeyObject, createPublicKey, verify as isSigned } from 'node:crypto';
import { bytesOf, headerText } from './compare.ts';
import { type HeaderReader, type HmacScheme, createHmacVerifier, judgeTime, timeOf } from './hmac-preset.ts';
import { type Preset, type SignedRequest, type Verdict, defaultToleranceMs, refuse } from './scheme.ts';

/**
 * Standard Webhooks, with a shared secret (`whsec_…`) or a public key (`whpk_…`). Svix names the headers in its own way, and
 * so do the many services that send through Svix.
 */
export const standardWebhooks: Preset = {
  type: 'standard-webhooks',
  id: ['header:webhook-id', 'header:svix-id'],
  needs: ['secret'],
  takes: ['tolerance_seconds'],
  checkSecret: (secret) => {
    if (secret.startsWith('whpk_'))
      return publicKeyOf(secret) ? undefined : 'after whpk_ comes an Ed25519 key in base64';
    return keyOf(secret).length > 0 ? undefined : 'a secret is whsec_ and base64, as the sender shows it';
  },
  create(settings, { now = Date.now } = {}) {
    const publicKeys = settings.secrets.flatMap((secret) => publicKeyOf(secret) ?? []);
    const secrets = settings.secrets.filter((secret) => !secret.startsWith('whpk_'));
    const shared = createHmacVerifier(scheme, { ...settings, secrets }, now);

    function verifyPublic(request: SignedRequest): Verdict {
      const header: HeaderReader = (name) => headerText(request.headers[name]);
      const signatures = signaturesOf(header, 'v1a,').slice(0, maxSignatures);
      if (signatures.length === 0) return refuse('signature_missing');
      const timestamp = header(named(header, 'timestamp'));
      const at = timeOf(timestamp, 's');
      if (at === undefined) return refuse('timestamp_missing');
      const signed = Buffer.concat([
        Buffer.from(`${header(named(header, 'id'))}.${timestamp}.`),
        request.body,
      ]);
      const fits = publicKeys.some((key) =>
        signatures.some((signature) => isSigned(null, signed, key, bytesOf(signature))),
      );
      return fits
        ? judgeTime(at, now(), settings.toleranceMs ?? defaultToleranceMs)
        : refuse('signature_wrong');
    }

    return {
      ...(secrets.length > 0 && { sign: shared.sign }),
      async verify(request) {
        if (publicKeys.length === 0) return shared.verify(request);
        const verdict = verifyPublic(request);
        return verdict.kind === 'refused' && secrets.length > 0 ? shared.verify(request) : verdict;
      },
    };
  },
};

const scheme: HmacScheme = {
  algorithm: 'sha256',
  encoding: 'base64',
  header: 'webhook-signature',
  read: (header) => ({
    signatures: signaturesOf(header, 'v1,'),
    timestamp: header(named(header, 'timestamp')),
  }),
  write: (signature, timestamp, id) => ({
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  }),
  key: keyOf,
  time: 's',
  signed: ({ header, timestamp, body }) => [`${header(named(header, 'id'))}.${timestamp}.`, body],
};

/** A request has one family of headers; the signature says which. */
function named(header: HeaderReader, what: 'id' | 'timestamp' | 'signature'): string {
  return header('webhook-signature') === '' && header('svix-signature') !== ''
    ? `svix-${what}`
    : `webhook-${what}`;
}

function signaturesOf(header: HeaderReader, version: 'v1,' | 'v1a,'): string[] {
  return header(named(header, 'signature'))
    .split(' ', maxSignatures)
    .flatMap((signature) => (signature.startsWith(version) ? [signature.slice(version.length)] : []));
}

const maxSignatures = 16;

function keyOf(secret: string): Buffer {
  return Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
}

function publicKeyOf(secret: string): KeyObject | undefined {
  if (!secret.startsWith('whpk_')) return undefined;
  const raw = Buffer.from(secret.slice('whpk_'.length), 'base64');
  if (raw.length !== ed25519Bytes) return undefined;
  return createPublicKey({ key: Buffer.concat([ed25519Head, raw]), format: 'der', type: 'spki' });
}

const ed25519Bytes = 32;
/** What stands before the bytes of a public key in its usual encoding. */
const ed25519Head = Buffer.from('302a300506032b6570032100', 'hex');
