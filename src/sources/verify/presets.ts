import { adyen } from './adyen.ts';
import { bitbucket } from './bitbucket.ts';
import { apiKey, basic, bearer, hmacOfSettings, none } from './generic.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';
import { hubspot } from './hubspot.ts';
import { intercom } from './intercom.ts';
import { linear } from './linear.ts';
import { mailgun } from './mailgun.ts';
import { meta } from './meta.ts';
import { paddle } from './paddle.ts';
import { pagerduty } from './pagerduty.ts';
import type { Preset } from './scheme.ts';
import { segment } from './segment.ts';
import { sendgrid } from './sendgrid.ts';
import { shopify } from './shopify.ts';
import { slack } from './slack.ts';
import { sns } from './sns.ts';
import { square } from './square.ts';
import { standardWebhooks } from './standard-webhooks.ts';
import { stripe } from './stripe.ts';
import { twilio } from './twilio.ts';
import { zoom } from './zoom.ts';

const all: readonly Preset[] = [
  standardWebhooks,
  adyen,
  bitbucket,
  github,
  gitlab,
  hubspot,
  intercom,
  linear,
  mailgun,
  meta,
  paddle,
  pagerduty,
  segment,
  sendgrid,
  shopify,
  slack,
  sns,
  square,
  stripe,
  twilio,
  zoom,
  hmacOfSettings,
  basic,
  apiKey,
  bearer,
  none,
];

/** What `verify.type` may be. */
export const presets: ReadonlyMap<string, Preset> = new Map(all.map((preset) => [preset.type, preset]));
