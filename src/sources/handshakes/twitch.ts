import { type Handshake, textAnswer } from './handshake.ts';

/** Twitch EventSub, which is verified by `hmac`, sends a challenge when a subscription is made. */
export const twitch: Handshake = {
  isMeant: ({ headers, source }) =>
    source.authenticates && headers['twitch-eventsub-message-type'] === 'webhook_callback_verification',
  answer: ({ challenge }) => (typeof challenge === 'string' ? textAnswer(challenge) : undefined),
};
