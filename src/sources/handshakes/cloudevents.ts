import type { Handshake } from './handshake.ts';

/** Senders of CloudEvents may ask first whether they may send at all. A source that stands in the settings says yes. */
export const cloudEvents: Handshake = {
  beforehand({ method, headers, source }) {
    const origin = headers['webhook-request-origin'];
    if (method !== 'OPTIONS' || typeof origin !== 'string' || !source.known) return undefined;
    const allowed = { 'webhook-allowed-origin': origin, 'webhook-allowed-rate': '*', allow: 'POST' };
    return { status: 200, type: 'text/plain', body: '', headers: allowed };
  },
};
