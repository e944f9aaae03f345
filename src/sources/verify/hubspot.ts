import { hmacPreset } from './hmac-preset.ts';
import { publicUrl } from './public-url.ts';

/** HubSpot (signatures of version 3): the app's client secret. One request holds many events. */
export const hubspot = hmacPreset(
  { type: 'hubspot', id: '/eventId', needs: ['url'] },
  {
    algorithm: 'sha256',
    encoding: 'base64',
    header: 'x-hubspot-signature-v3',
    timestampHeader: 'x-hubspot-request-timestamp',
    time: 'ms',
    signed: ({ method, url, settings, body, timestamp }) => [
      `${method}${unescaped(publicUrl(settings, url))}`,
      body,
      timestamp,
    ],
  },
);

/** HubSpot signs these characters of the URL as themselves, however they were sent. */
function unescaped(url: string): string {
  return url.replaceAll(/%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi, decodeURIComponent);
}
