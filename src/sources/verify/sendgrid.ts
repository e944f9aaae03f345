import { type KeyObject, createPublicKey, verify as isSigned } from 'node:crypto';
import { bytesOf, headerText } from './compare.ts';
import { judgeTime, timeOf } from './hmac-preset.ts';
import { type Preset, defaultToleranceMs, refuse } from './scheme.ts';

/** SendGrid's event webhook: `secret_env` names its verification key, which is public. One request holds many events. */
export const sendgrid: Preset = {
  type: 'sendgrid',
  id: '/sg_event_id',
  needs: ['secret'],
  takes: ['tolerance_seconds'],
  checkSecret: (secret) =>
    keyOf(secret) ? undefined : 'the verification key is base64, as SendGrid shows it',
  create({ secrets, toleranceMs = defaultToleranceMs }, { now = Date.now } = {}) {
    const keys = secrets.flatMap((secret) => keyOf(secret) ?? []);
    return {
      verify({ headers, body }) {
        const signature = headerText(headers['x-twilio-email-event-webhook-signature']);
        const timestamp = headerText(headers['x-twilio-email-event-webhook-timestamp']);
        if (signature === '') return refuse('signature_missing');
        const at = timeOf(timestamp, 's');
        if (at === undefined) return refuse('timestamp_missing');
        const signed = Buffer.concat([Buffer.from(timestamp), body]);
        const bytes = bytesOf(signature);
        if (!keys.some((key) => isSigned('sha256', signed, key, bytes))) return refuse('signature_wrong');
        return judgeTime(at, now(), toleranceMs);
      },
    };
  },
};

function keyOf(secret: string): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(secret, 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyType === 'ec' ? key : undefined;
  } catch {
    return undefined; // said at the start, by checkSecret
  }
}
