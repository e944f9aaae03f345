import { isObject } from '../../model/json.ts';
import { hmac } from '../verify/compare.ts';
import { type Handshake, jsonAnswer } from './handshake.ts';

/** Zoom sends a token when the URL is entered, and again every three days, and wants it back encrypted. */
export const zoom: Handshake = {
  isMeant: ({ source }) => source.verify?.type === 'zoom',
  answer({ event, payload }, { source }) {
    const plainToken = isObject(payload) ? payload['plainToken'] : undefined;
    if (event !== 'endpoint.url_validation' || typeof plainToken !== 'string') return undefined;
    const encryptedToken = hmac('sha256', source.verify!.secrets[0]!, [plainToken], 'hex');
    return jsonAnswer({ plainToken, encryptedToken });
  },
};
