/** A sender that can be connected: what to paste, and where. */
export interface SenderKind {
  type: string;
  label: string;
  /** Where its pages ask for the URL, and show the secret. */
  where: string;
  /** The environment variable that a snippet suggests; absent where there is no secret. */
  env?: string;
  /** Further lines of `verify`, in YAML's flow style. */
  more?: string;
}

const url = 'url: https://<your host>/ingest/{name}';

export const senders: readonly SenderKind[] = [
  {
    type: 'stripe',
    label: 'Stripe',
    where: 'Developers, Webhooks, Add endpoint; the signing secret begins with whsec_',
    env: 'STRIPE_WEBHOOK_SECRET',
  },
  {
    type: 'shopify',
    label: 'Shopify',
    where: 'Settings, Notifications, Webhooks, or your app; the secret is the app’s client secret',
    env: 'SHOPIFY_CLIENT_SECRET',
  },
  {
    type: 'github',
    label: 'GitHub',
    where: 'the repository or organisation, Settings, Webhooks; choose a secret and enter it there, too',
    env: 'GITHUB_WEBHOOK_SECRET',
  },
  {
    type: 'slack',
    label: 'Slack',
    where: 'your app, Event Subscriptions; the signing secret is under Basic Information',
    env: 'SLACK_SIGNING_SECRET',
  },
  {
    type: 'standard-webhooks',
    label: 'Standard Webhooks, Svix',
    where: 'the sender’s webhook page; the secret begins with whsec_',
    env: 'WEBHOOK_SECRET',
  },
  {
    type: 'twilio',
    label: 'Twilio',
    where: 'the phone number or service; the secret is the account’s auth token',
    env: 'TWILIO_AUTH_TOKEN',
    more: url,
  },
  {
    type: 'sns',
    label: 'Amazon SNS',
    where: 'the topic, Create subscription, protocol HTTPS',
    more: 'topics: ["arn:aws:sns:…"], confirm: true',
  },
  {
    type: 'sendgrid',
    label: 'SendGrid',
    where: 'Settings, Mail Settings, Event Webhook; the verification key is shown there',
    env: 'SENDGRID_VERIFICATION_KEY',
  },
  {
    type: 'mailgun',
    label: 'Mailgun',
    where: 'Sending, Webhooks; the HTTP webhook signing key',
    env: 'MAILGUN_SIGNING_KEY',
  },
  {
    type: 'paddle',
    label: 'Paddle',
    where: 'Developer Tools, Notifications; the secret key of the destination',
    env: 'PADDLE_SECRET_KEY',
  },
  {
    type: 'square',
    label: 'Square',
    where: 'Developer Dashboard, Webhooks, Subscriptions; the signature key',
    env: 'SQUARE_SIGNATURE_KEY',
    more: url,
  },
  {
    type: 'hubspot',
    label: 'HubSpot',
    where: 'your app, Webhooks; the client secret is under Auth',
    env: 'HUBSPOT_CLIENT_SECRET',
    more: url,
  },
  {
    type: 'zoom',
    label: 'Zoom',
    where: 'your app, Feature, Event Subscriptions; the secret token',
    env: 'ZOOM_SECRET_TOKEN',
  },
  {
    type: 'gitlab',
    label: 'GitLab',
    where: 'the project or group, Settings, Webhooks; choose a secret token and enter it there, too',
    env: 'GITLAB_WEBHOOK_TOKEN',
  },
  {
    type: 'bitbucket',
    label: 'Bitbucket',
    where: 'the repository, Repository settings, Webhooks; choose a secret',
    env: 'BITBUCKET_WEBHOOK_SECRET',
  },
  {
    type: 'intercom',
    label: 'Intercom',
    where: 'Developer Hub, your app, Webhooks; the client secret is under Basic Information',
    env: 'INTERCOM_CLIENT_SECRET',
  },
  {
    type: 'segment',
    label: 'Segment',
    where: 'Connections, Destinations, Webhooks; the shared secret',
    env: 'SEGMENT_SHARED_SECRET',
  },
  {
    type: 'adyen',
    label: 'Adyen',
    where: 'Customer Area, Developers, Webhooks; generate the HMAC key there',
    env: 'ADYEN_HMAC_KEY',
  },
  {
    type: 'pagerduty',
    label: 'PagerDuty',
    where: 'Integrations, Generic Webhooks (v3); the secret is shown once',
    env: 'PAGERDUTY_WEBHOOK_SECRET',
  },
  {
    type: 'linear',
    label: 'Linear',
    where: 'Settings, API, Webhooks; the signing secret',
    env: 'LINEAR_SIGNING_SECRET',
  },
  {
    type: 'meta',
    label: 'Meta',
    where: 'your app, Webhooks; the app secret, and a verify token of your choice',
    env: 'META_APP_SECRET',
    more: 'verify_token_env: META_VERIFY_TOKEN',
  },
  {
    type: 'hmac',
    label: 'Another HMAC signature',
    where: 'the sender’s webhook page; see docs/sources.md for all settings',
    env: 'WEBHOOK_SECRET',
    more: 'header: x-signature, secret_encoding: utf8',
  },
  {
    type: 'bearer',
    label: 'Bearer token',
    where: 'wherever the sender lets you set the Authorization header',
    env: 'WEBHOOK_TOKEN',
  },
  {
    type: 'api_key',
    label: 'Key in a header or the URL',
    where: 'wherever the sender lets you set a header, or at the end of the URL',
    env: 'WEBHOOK_KEY',
    more: 'in: query, name: key',
  },
  {
    type: 'basic',
    label: 'User name and password',
    where: 'wherever the sender asks for them, or in the URL',
    env: 'WEBHOOK_PASSWORD',
    more: 'username: sender',
  },
];

/** The lines for sentinel-config.yaml. */
export function snippetOf({ type, env, more }: SenderKind, name: string): string {
  const secret = env && `${type === 'basic' ? 'password_env' : 'secret_env'}: ${env}`;
  const settings = [`type: ${type}`, secret, more?.replace('{name}', name)].filter(Boolean).join(', ');
  return `sources:\n  ${name}:\n    verify: { ${settings} }\n    # contract: ${name}\n`;
}
