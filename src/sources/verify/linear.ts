import { createHmacVerifier, judgeTime } from './hmac-preset.ts';
import { type Preset, defaultToleranceMs } from './scheme.ts';
import { readObject } from './read-body.ts';

/** Linear: the webhook's signing secret. The time stands in the body, which is signed. */
export const linear: Preset = {
  type: 'linear',
  id: 'header:linear-delivery',
  needs: ['secret'],
  takes: ['tolerance_seconds'],
  create(settings, { now = Date.now } = {}) {
    const scheme = { algorithm: 'sha256', encoding: 'hex', header: 'linear-signature' } as const;
    const verifier = createHmacVerifier(scheme, settings, now);
    return {
      ...verifier,
      async verify(request) {
        const verdict = await verifier.verify(request);
        if (verdict.kind !== 'verified') return verdict;
        const at = readObject(request.body)?.['webhookTimestamp'];
        // Not every kind of Linear's webhooks says when it was sent.
        return typeof at === 'number'
          ? judgeTime(at, now(), settings.toleranceMs ?? defaultToleranceMs)
          : verdict;
      },
    };
  },
};
