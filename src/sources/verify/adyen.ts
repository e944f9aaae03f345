import { fitsAnyDigest, headerText, hmac } from './compare.ts';
import { type Json, type JsonObject, isObject } from '../../model/json.ts';
import { type Preset, refuse, verified } from './scheme.ts';
import { readObject } from './read-body.ts';

/**
 * Adyen: the HMAC key in hex. Payment webhooks carry a signature within each of their items, over eight of its fields;
 * those of the platform carry one over the body in a header.
 */
export const adyen: Preset = {
  type: 'adyen',
  needs: ['secret'],
  checkSecret: (secret) =>
    /^(?:[0-9a-f]{2})+$/i.test(secret) ? undefined : 'the key is hex digits, as Adyen shows it',
  create({ secrets }) {
    const keys = secrets.map((secret) => Buffer.from(secret, 'hex'));
    const fits = (given: string, signed: string | Buffer) =>
      fitsAnyDigest(
        [given],
        keys.map((key) => hmac('sha256', key, [signed], 'base64')),
      );
    return {
      verify({ headers, body }) {
        const overAll = headerText(headers['hmacsignature']);
        if (overAll !== '') return fits(overAll, body) ? verified : refuse('signature_wrong');
        const event = readObject(body);
        if (event === undefined) return refuse('body_unreadable');
        const items = itemsOf(event);
        if (items.length === 0) return refuse('signature_missing');
        for (const item of items) {
          const given = signatureOf(item);
          if (given === undefined) return refuse('signature_missing');
          if (!fits(given, signedFields(item))) return refuse('signature_wrong');
        }
        return verified;
      },
      sign: ({ body }) => ({ headers: { hmacsignature: hmac('sha256', keys[0]!, [body], 'base64') } }),
    };
  },
};

/** One that is no item is an item without a signature: what can't be checked must not come along with what can. */
function itemsOf({ notificationItems: items }: JsonObject): JsonObject[] {
  if (!Array.isArray(items)) return [];
  return items.map((entry) => {
    const item = isObject(entry) ? entry['NotificationRequestItem'] : undefined;
    return isObject(item) ? item : {};
  });
}

function signatureOf({ additionalData: data }: JsonObject): string | undefined {
  const signature = isObject(data) ? data['hmacSignature'] : undefined;
  return typeof signature === 'string' ? signature : undefined;
}

function signedFields(item: JsonObject): string {
  const amount = isObject(item['amount']) ? item['amount'] : {};
  return [
    item['pspReference'],
    item['originalReference'],
    item['merchantAccountCode'],
    item['merchantReference'],
    amount['value'],
    amount['currency'],
    item['eventCode'],
    item['success'],
  ]
    .map((field) => textOf(field))
    .join(':');
}

const textOf = (field: Json | undefined): string =>
  field === undefined || field === null || typeof field === 'object' ? '' : String(field);
