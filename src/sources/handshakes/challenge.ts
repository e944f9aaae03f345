import { type Handshake, jsonAnswer, textAnswer } from './handshake.ts';

/** Senders that ask with a GET for what they sent in the query (Dropbox, Nylas) or in a header (Okta). Tells nothing of ours. */
export const challenge: Handshake = {
  beforehand({ method, url, headers, source }) {
    if (method !== 'GET' || !source.authenticates || source.verify?.type === 'meta') return undefined;
    const okta = headers['x-okta-verification-challenge'];
    if (typeof okta === 'string') return jsonAnswer({ verification: okta });
    const asked = url.includes('?')
      ? new URLSearchParams(url.slice(url.indexOf('?'))).get('challenge')
      : null;
    return asked === null ? undefined : textAnswer(asked);
  },
};
