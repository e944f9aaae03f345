import { type Handshake, textAnswer } from './handshake.ts';

/** Some senders (Intercom, Trello) take a URL only when a HEAD request finds something there. */
export const probe: Handshake = {
  beforehand: ({ method, source }) =>
    method === 'HEAD' && source.authenticates ? textAnswer('') : undefined,
};
