import { fitsAnyDigest, hmac } from './compare.ts';
import { judgeTime, timeOf } from './hmac-preset.ts';
import { isObject } from '../../model/json.ts';
import { type Preset, refuse } from './scheme.ts';
import { readFields, readObject } from './read-body.ts';

/**
 * Mailgun: the HTTP webhook signing key. Its signature is an object within the JSON, or three fields of a form (routes, older webhooks). It signs a token and the time, not the event, so whoever has seen one
 * delivery could send anything with its token: each token counts once, and that is why it is the delivery's id.
 */
export const mailgun: Preset = {
  type: 'mailgun',
  id: ['/signature/token', '/token'],
  // Everything else is sent again, up to eight hours.
  respond: 200,
  needs: ['secret'],
  takes: ['tolerance_seconds'],
  create({ secrets, toleranceMs = retriesMs }, { now = Date.now } = {}) {
    const sign = (secret: string, timestamp: string, token: string) =>
      hmac('sha256', secret, [timestamp, token], 'hex');
    return {
      verify({ body, headers }) {
        const event = readObject(body) ?? readFields(body, headers['content-type']);
        if (event === undefined) return refuse('body_unreadable');
        const given = isObject(event['signature']) ? event['signature'] : event;
        const { timestamp, token, signature } = given;
        if (typeof signature !== 'string' || typeof token !== 'string' || token === '')
          return refuse('signature_missing');
        const text = typeof timestamp === 'number' || typeof timestamp === 'string' ? String(timestamp) : '';
        const at = timeOf(text, 's');
        if (at === undefined) return refuse('timestamp_missing');
        const expected = secrets.map((secret) => sign(secret, text, token));
        if (!fitsAnyDigest([signature.toLowerCase()], expected)) return refuse('signature_wrong');
        return judgeTime(at, now(), toleranceMs);
      },
      sign({ body, now: at }) {
        const timestamp = String(Math.floor(at / 1000));
        const token = String(at).padStart(50, '0');
        const signature = { timestamp, token, signature: sign(secrets[0]!, timestamp, token) };
        const event = { ...readObject(body), signature };
        return { headers: {}, body: Buffer.from(JSON.stringify(event)) };
      },
    };
  },
};

const retriesMs = 12 * 3_600_000;
