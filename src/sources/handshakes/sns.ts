import { messageOf } from '../../model/errors.ts';
import { isAmazons } from '../verify/sns.ts';
import { type Handshake, jsonAnswer } from './handshake.ts';

const patienceMs = 5000;

/**
 * SNS sends the address that confirms a subscription. It is logged, and visited only with `confirm: true`: who can make us
 * visit addresses can make us do things.
 */
export const sns: Handshake = {
  isMeant: ({ source }) => source.verify?.type === 'sns',
  async answer({ Type: type, SubscribeURL: url, TopicArn: topic }, { source }, { log, visit = get }) {
    if (type !== 'SubscriptionConfirmation' && type !== 'UnsubscribeConfirmation') return undefined;
    const fields = { source: source.name, topic, host: hostOf(url) };
    if (type === 'UnsubscribeConfirmation') {
      log.warn(
        { ...fields, code: 'sns_unsubscribed' },
        'SNS says that the subscription of this source has ended',
      );
      return jsonAnswer({ status: 'noted' });
    }
    if (source.verify?.confirm !== true || typeof url !== 'string' || !isAmazons(url, '')) {
      log.warn(
        {
          ...fields,
          code: 'sns_confirmation',
          subscribe_url: source.verify?.confirm === true ? undefined : url,
        },
        'SNS asks to confirm the subscription of this source: visit subscribe_url, or set confirm: true',
      );
      return jsonAnswer({ status: 'noted' });
    }
    try {
      await visit(url);
      log.info({ ...fields, status: 'confirmed' }, 'the subscription of this source is confirmed');
      return jsonAnswer({ status: 'confirmed' });
    } catch (error) {
      log.error(
        { ...fields, status: 'failed', code: 'sns_confirmation', error: messageOf(error) },
        'the subscription of this source could not be confirmed; SNS will ask again',
      );
      return { ...jsonAnswer({ status: 'not_confirmed' }), status: 503 };
    }
  },
};

async function get(url: string): Promise<void> {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(patienceMs) });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`the answer was ${response.status}`);
}

function hostOf(url: unknown): string {
  return typeof url === 'string' && URL.canParse(url) ? new URL(url).host : 'unknown';
}
