import { asHeader, fitsAny, headerText } from './compare.ts';
import { type Preset, refuse, verified } from './scheme.ts';

/** GitLab signs nothing: it sends the secret token with each request, so it must come over TLS. */
export const gitlab: Preset = {
  type: 'gitlab',
  id: 'header:idempotency-key',
  needs: ['secret'],
  create: ({ secrets }) => ({
    verify({ headers }) {
      const given = headerText(headers['x-gitlab-token']);
      if (given === '') return refuse('credentials_missing');
      return fitsAny([given], secrets) ? verified : refuse('credentials_wrong');
    },
    sign: () => ({ headers: { 'x-gitlab-token': asHeader(secrets[0]!) } }),
  }),
};
