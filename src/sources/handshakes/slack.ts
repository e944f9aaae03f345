import { type Handshake, textAnswer } from './handshake.ts';

/** Slack sends a challenge when the URL is entered, and wants it back. */
export const slack: Handshake = {
  isMeant: ({ source }) => source.verify?.type === 'slack',
  answer: ({ type, challenge }) =>
    type === 'url_verification' && typeof challenge === 'string' ? textAnswer(challenge) : undefined,
};
