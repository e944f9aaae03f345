import { isObject } from '../../model/json.ts';
import { type Handshake, jsonAnswer } from './handshake.ts';

/** Azure Event Grid sends a code when a subscription is made, and wants it back. */
export const eventGrid: Handshake = {
  isMeant: ({ headers }) => headers['aeg-event-type'] === 'SubscriptionValidation',
  answer({ data }) {
    const code = isObject(data) ? data['validationCode'] : undefined;
    return typeof code === 'string' ? jsonAnswer({ validationResponse: code }) : undefined;
  },
};
