import { isSame } from '../verify/compare.ts';
import { type Handshake, textAnswer } from './handshake.ts';

/** Meta asks with a GET, and with the token that was entered beside the URL. */
export const meta: Handshake = {
  beforehand({ method, url, source }) {
    const { verifyToken, type } = source.verify ?? {};
    if (method !== 'GET' || type !== 'meta' || !url.includes('?')) return undefined;
    const query = new URLSearchParams(url.slice(url.indexOf('?')));
    const challenge = query.get('hub.challenge');
    if (query.get('hub.mode') !== 'subscribe' || challenge === null) return undefined;
    const isOurs = verifyToken !== undefined && isSame(query.get('hub.verify_token') ?? '', verifyToken);
    return isOurs
      ? textAnswer(challenge)
      : { ...textAnswer('The token is not the one of verify_token_env.'), status: 403 };
  },
};
