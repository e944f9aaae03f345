import type { NaturalPair } from '../pair.ts';
import { move, moveAll } from '../plan-words.ts';

export const mailchimpKlaviyo: NaturalPair[] = [
  {
    id: 'mailchimp.webhook.fired',
    source: 'npm @mailchimp/mailchimp_marketing (v2 → v3)',
    change: 'zone',
    answer: 'refuse',
    contract: { type: 'string', fired_at: 'date-time' },
    was: { type: 'subscribe', fired_at: '2009-03-26T21:35:57Z' },
    is: { type: 'subscribe', fired_at: '2009-03-26 21:35:57', data: { email: 'api@example.com' } },
    why: 'a time without its zone',
  },
  {
    id: 'mailchimp.member.email',
    source: 'npm @mailchimp/mailchimp_marketing (v2 → v3)',
    change: 'unnest',
    answer: 'plain',
    contract: { email: { email: 'email' }, status: 'string' },
    was: { email: { email: 'ana@example.com' }, status: 'subscribed' },
    is: { email_address: 'ana@example.com', unique_email_id: '852aaa9532', status: 'subscribed' },
    plan: [move('/email_address', '/email/email')],
  },
  {
    id: 'klaviyo.profile.jsonapi',
    source: 'Klaviyo API notes, v1 → 2022',
    change: 'envelope',
    answer: 'plain',
    contract: { id: 'string', email: 'email', first_name: 'string', last_name: 'string', 'title?': 'string' },
    was: {
      id: '01GDDKASAP8TKDDA2GRZDSVP4H',
      email: 'sarah@example.com',
      first_name: 'Sarah',
      last_name: 'Mason',
      title: 'Engineer',
    },
    is: {
      data: {
        type: 'profile',
        id: '01GDDKASAP8TKDDA2GRZDSVP4H',
        attributes: {
          email: 'sarah@example.com',
          first_name: 'Sarah',
          last_name: 'Mason',
          title: 'Engineer',
        },
      },
      links: { self: 'https://example.com/1' },
    },
    plan: [
      move('/data/id', '/id'),
      ...moveAll('/data/attributes', '', ['email', 'first_name', 'last_name', 'title']),
    ],
  },
  {
    id: 'klaviyo.person.dollar',
    source: 'Klaviyo API notes, v1 ↔ 2022',
    change: 'prefix',
    answer: 'plain',
    contract: { email: 'email', first_name: 'string', last_name: 'string', 'city?': 'string' },
    was: { email: 'sarah@example.com', first_name: 'Sarah', last_name: 'Mason', city: 'Boston' },
    is: {
      object: 'person',
      $email: 'sarah@example.com',
      $first_name: 'Sarah',
      $last_name: 'Mason',
      $city: 'Boston',
    },
    plan: ['email', 'first_name', 'last_name', 'city'].map((name) => move(`/$${name}`, `/${name}`)),
  },
];
