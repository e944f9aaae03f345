import { type Handshake, textAnswer } from './handshake.ts';

/** Asana sends a secret of its own, and nothing else, when a webhook is made, and wants it back in the same header. */
export const asana: Handshake = {
  isMeant: ({ headers, source }) => source.authenticates && typeof headers['x-hook-secret'] === 'string',
  answer: (body, { headers }) =>
    Object.keys(body).length === 0
      ? { ...textAnswer(''), headers: { 'x-hook-secret': String(headers['x-hook-secret']) } }
      : undefined,
};
