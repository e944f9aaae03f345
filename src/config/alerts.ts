import { z } from 'zod';
import { type AlertTarget, alertKinds } from '../observe/alerts/alert.ts';
import { type Environment, variable } from './environment.ts';
import { group, listOf, numberBetween, oneOf, positiveNumber, text } from './fields.ts';

const variableName = text('the name of an environment variable', /^[A-Za-z_][A-Za-z0-9_]{0,99}$/);
const address = text('an e-mail address', /^[^\s@<>]+@[^\s@<>]+$/);

const receivers = z.array(
  group({
    to: oneOf(['slack', 'webhook', 'email']),
    url_env: variableName,
    on: listOf(oneOf(alertKinds), `a list of: ${alertKinds.join(', ')}`).optional(),
    secret_env: variableName.optional(),
    from: address.optional(),
    recipients: listOf(address, 'a list of e-mail addresses').optional(),
  }),
  'a list of receivers, each with to and url_env',
);

export const alertSettings = receivers.default([]).meta({
  description: 'who is told of what; docs/operations.md',
  sample: '- { to: slack, url_env: SLACK_WEBHOOK_URL, on: [new_failure, destination_down] }',
});

export const alertLimits = group({
  dead_letter_percent: numberBetween(0, 100).default(5).describe('of the last ten minutes'),
  queue_stuck_minutes: positiveNumber(1440, 'minutes').default(5),
  silent_minutes: positiveNumber(10_080, 'minutes').default(60).describe('and ten times its usual distance'),
}).prefault({});

/** Signs the webhooks that name no secret of their own. */
const usualSecret = 'SENTINEL_ALERT_SECRET';
const schemes = { slack: ['https:', 'http:'], webhook: ['https:', 'http:'], email: ['smtps:', 'smtp:'] };

/** Adds a line to `problems` for each receiver that could not be reached; never shows a value. */
export function readAlerts(
  settings: z.output<typeof receivers>,
  env: Environment,
  problems: string[],
): AlertTarget[] {
  return settings.flatMap(({ to, url_env: name, on = [...alertKinds], secret_env, from, recipients }, at) => {
    const problem = (field: string, says: string) => {
      problems.push(`alerts.${at}.${field}: ${says}`);
      return [];
    };
    const url = variable(env, name);
    if (url === undefined) return problem('url_env', `the environment variable ${name} is not set`);
    if (!URL.canParse(url) || !schemes[to].includes(new URL(url).protocol))
      return problem('url_env', `${name} must hold a URL that starts with ${schemes[to].join('// or ')}//`);
    if (to === 'email' && (from === undefined || recipients === undefined))
      return problem('recipients', 'an e-mail needs from and recipients');
    const secretName = secret_env ?? usualSecret;
    const secret = variable(env, secretName);
    if (secret === undefined && secret_env !== undefined)
      return problem('secret_env', `the environment variable ${secret_env} is not set`);
    if (secret !== undefined && !/^whsec_[A-Za-z0-9+/]{16,}={0,2}$/.test(secret))
      return problem('secret_env', `${secretName} must hold whsec_ and at least 16 characters of base64`);
    return [{ to, name, url, on, secret, from, recipients }];
  });
}
