import { createHash } from 'node:crypto';
import { fitsAny, headerText, hmac } from './compare.ts';
import { publicUrl } from './public-url.ts';
import { type Preset, type SignedRequest, refuse, verified } from './scheme.ts';

/**
 * Twilio: the account's auth token. It signs the URL and, of a form, each field; of another body the URL holds the
 * digest.
 */
export const twilio: Preset = {
  type: 'twilio',
  id: 'header:i-twilio-idempotency-token',
  needs: ['secret', 'url'],
  create(settings) {
    const { secrets } = settings;
    const sign = (secret: string, url: string, fields: string) =>
      hmac('sha1', secret, [url, fields], 'base64');
    return {
      verify(request) {
        const given = headerText(request.headers['x-twilio-signature']);
        if (given === '') return refuse('signature_missing');
        if (!isForm(request) && request.body.length > 0 && !holdsDigest(request))
          return refuse('signature_wrong');
        const fields = isForm(request) ? signedFields(request.body) : '';
        const urls = spellings(publicUrl(settings, request.url));
        const expected = secrets.flatMap((secret) => urls.map((url) => sign(secret, url, fields)));
        return fitsAny([given], expected) ? verified : refuse('signature_wrong');
      },
      sign({ url, body }) {
        const digest = createHash('sha256').update(body).digest('hex');
        const signedUrl = `${url}${url.includes('?') ? '&' : '?'}bodySHA256=${digest}`;
        const signature = sign(secrets[0]!, publicUrl(settings, signedUrl), '');
        return { url: signedUrl, headers: { 'x-twilio-signature': signature } };
      },
    };
  },
};

const isForm = ({ headers }: SignedRequest): boolean =>
  /^application\/x-www-form-urlencoded\b/i.test(headers['content-type'] ?? '');

/** Sorted by name; of a name that comes several times each value once, sorted. */
function signedFields(body: Buffer): string {
  const form = new URLSearchParams(body.toString());
  const names = [...new Set(form.keys())].toSorted(byCode);
  return names
    .map((name) => {
      const values = [...new Set(form.getAll(name))].toSorted(byCode);
      return values.map((value) => name + value).join('');
    })
    .join('');
}

const byCode = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function holdsDigest({ url, body }: SignedRequest): boolean {
  const query = url.indexOf('?');
  const given = query === -1 ? null : new URLSearchParams(url.slice(query + 1)).get('bodySHA256');
  return given !== null && fitsAny([given.toLowerCase()], [createHash('sha256').update(body).digest('hex')]);
}

/** Twilio signs some URLs with the port and some without. */
function spellings(url: string): string[] {
  const parts = /^(https?):\/\/([^/?#:]+)(:\d+)?(.*)$/s.exec(url);
  if (parts === null) return [url];
  const [, scheme, host, port, rest] = parts;
  const usual = scheme === 'https' ? ':443' : ':80';
  return port === undefined
    ? [url, `${scheme}://${host}${usual}${rest}`]
    : [url, `${scheme}://${host}${rest}`];
}
