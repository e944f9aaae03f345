import { type Greeting, type Handshake, textAnswer } from './handshake.ts';

const isMeant = ({ headers, source }: Greeting): boolean =>
  source.authenticates && typeof headers['x-hook-secret'] === 'string';

const giveBack = ({ headers }: Greeting) => ({
  ...textAnswer(''),
  headers: { 'x-hook-secret': String(headers['x-hook-secret']) },
});

/**
 * Asana sends a secret of its own, and nothing else, when a webhook is made, and wants it back in the same header. That secret signs
 * all that follows; who makes the webhook finds it in the answer of Asana's API.
 */
export const asana: Handshake = {
  isMeant,
  answer: (body, greeting) => (Object.keys(body).length === 0 ? giveBack(greeting) : undefined),
  unsigned: {
    signedBy: 'x-hook-signature',
    answer: (body, greeting) =>
      isMeant(greeting) && ['', '{}'].includes(body.toString('latin1').trim())
        ? giveBack(greeting)
        : undefined,
  },
};
