import { hmacPreset } from './hmac-preset.ts';

/** Shopify: the app's client secret, or the one that its admin shows under Notifications. */
export const shopify = hmacPreset(
  { type: 'shopify', id: 'header:x-shopify-webhook-id' },
  { algorithm: 'sha256', encoding: 'base64', header: 'x-shopify-hmac-sha256' },
);
