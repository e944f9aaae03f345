import { bytesOf } from './compare.ts';
import { type KeyObject, X509Certificate, verify as isSigned } from 'node:crypto';
import { isRetryable } from '../../model/errors.ts';
import type { JsonObject } from '../../model/json.ts';
import { fetchCertificate } from './sns-certificate.ts';
import { readObject } from './read-body.ts';
import { type Preset, refuse, verified } from './scheme.ts';

/**
 * Amazon SNS: messages are signed with a certificate that Amazon publishes. Any account's topic can send well-signed
 * messages here, so `topics` should name those that are meant.
 */
export const sns: Preset = {
  type: 'sns',
  id: '/MessageId',
  needs: [],
  takes: ['confirm', 'topics'],
  create({ topics }, { fetchCertificate: fetchPem = fetchCertificate } = {}) {
    const keys = new Map<string, Promise<KeyObject>>();

    function keyOf(url: string): Promise<KeyObject> {
      let key = keys.get(url);
      if (key === undefined) {
        if (keys.size >= maxCertificates) keys.clear();
        key = fetchPem(url).then((pem) => new X509Certificate(pem).publicKey);
        keys.set(url, key);
        // The next message tries again.
        key.catch(() => keys.delete(url));
      }
      return key;
    }

    return {
      async verify({ body }) {
        const message = readObject(body);
        if (message === undefined) return refuse('body_unreadable');
        const { Signature: signature, SignatureVersion: version, SigningCertURL: url } = message;
        if (typeof signature !== 'string' || (version !== '1' && version !== '2'))
          return refuse('signature_missing');
        if (topics?.some((topic) => topic === message['TopicArn']) === false) return refuse('topic_refused');
        if (typeof url !== 'string' || !isAmazons(url)) return refuse('certificate_refused');
        const signed = signedText(message);
        if (signed === undefined) return refuse('signature_missing');
        let key: KeyObject;
        try {
          key = await keyOf(url);
        } catch (error) {
          // SNS gives up after a 4xx; this may be better in a minute.
          if (isRetryable(error)) throw error;
          return refuse('certificate_refused');
        }
        const algorithm = version === '1' ? 'sha1' : 'sha256';
        const fits = isSigned(algorithm, Buffer.from(signed), key, bytesOf(signature));
        return fits ? verified : refuse('signature_wrong');
      },
    };
  },
};

const maxCertificates = 32;

/** Certificates, and addresses to confirm a subscription, come from Amazon's own hosts only; anyone could sign with another. */
export function isAmazons(url: string, ending = '.pem'): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, pathname, username, password, port } = new URL(url);
  return (
    protocol === 'https:' &&
    port === '' &&
    username === '' &&
    password === '' &&
    /^sns\.[a-z0-9-]{3,32}\.amazonaws\.com(?:\.cn)?$/.test(hostname) &&
    pathname.endsWith(ending)
  );
}

const fieldsOfNotification = ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'];
const fieldsOfSubscription = [
  'Message',
  'MessageId',
  'SubscribeURL',
  'Timestamp',
  'Token',
  'TopicArn',
  'Type',
];

function signedText(message: JsonObject): string | undefined {
  const fields =
    message['Type'] === 'Notification'
      ? fieldsOfNotification
      : message['Type'] === 'SubscriptionConfirmation' || message['Type'] === 'UnsubscribeConfirmation'
        ? fieldsOfSubscription
        : undefined;
  return fields
    ?.filter((field) => typeof message[field] === 'string')
    .map((field) => `${field}\n${message[field] as string}\n`)
    .join('');
}
