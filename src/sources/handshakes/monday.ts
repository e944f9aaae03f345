import { type Handshake, jsonAnswer } from './handshake.ts';

/** monday sends a challenge, and nothing else, when the URL is entered, and wants the body back. */
export const monday: Handshake = {
  isMeant: ({ source }, body) =>
    source.authenticates && body.length <= maxBytes && onlyChallenge.test(body.toString('latin1')),
  answer: ({ challenge }) => (typeof challenge === 'string' ? jsonAnswer({ challenge }) : undefined),
};

const maxBytes = 512;
const onlyChallenge = /^\s*\{\s*"challenge"\s*:\s*"[^"\\]*"\s*\}\s*$/;
