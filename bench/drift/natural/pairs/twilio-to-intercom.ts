import type { NaturalPair } from '../pair.ts';
import { cast, move, moveAll } from '../plan-words.ts';

export const twilioToIntercom: NaturalPair[] = [
  {
    id: 'twilio.message.webhook',
    source: 'Twilio API notes (REST 2010 → webhook)',
    change: 'recase',
    answer: 'plain',
    contract: {
      message_sid: 'string',
      account_sid: 'string',
      from: 'string',
      to: 'string',
      body: 'string',
      num_media: 'integer',
      'from_city?': 'string',
    },
    was: {
      message_sid: 'SM1f0e8ae6ade43cb3c0ce4525424e404f',
      account_sid: 'AC94d9d8c3',
      from: '+13105555555',
      to: '+12125551234',
      body: 'Hi',
      num_media: 0,
      from_city: 'Oakland',
    },
    is: {
      MessageSid: 'SM1f0e8ae6ade43cb3c0ce4525424e404f',
      AccountSid: 'AC94d9d8c3',
      From: '+13105555555',
      To: '+12125551234',
      Body: 'Hi',
      NumMedia: '0',
      FromCity: 'Oakland',
    },
    plan: [
      move('/MessageSid', '/message_sid'),
      move('/AccountSid', '/account_sid'),
      move('/From', '/from'),
      move('/To', '/to'),
      move('/Body', '/body'),
      move('/NumMedia', '/num_media'),
      move('/FromCity', '/from_city'),
      cast('/num_media', 'integer'),
    ],
  },
  {
    id: 'twilio.message.dates',
    source: 'npm twilio 3 (REST 2008 → 2010)',
    change: 'date',
    answer: 'plain',
    contract: { sid: 'string', date_created: 'date-time', num_segments: 'integer', status: 'string' },
    was: {
      sid: 'SM90c6fc909d8504d45ecdb3a3d5b3556e',
      date_created: '2010-08-18T20:01:40Z',
      num_segments: 1,
      status: 'sent',
    },
    is: {
      sid: 'SM90c6fc909d8504d45ecdb3a3d5b3556e',
      date_created: 'Wed, 18 Aug 2010 20:01:40 +0000',
      num_segments: '1',
      status: 'sent',
    },
    plan: [
      cast('/date_created', 'datetime', 'ddd, DD MMM YYYY HH:mm:ss Z'),
      cast('/num_segments', 'integer'),
    ],
  },
  {
    id: 'twilio.status.sms',
    source: 'npm twilio 3 (REST 2008 → 2010)',
    change: 'synonym',
    answer: 'teachable',
    contract: { SmsSid: 'string', SmsStatus: 'string', From: 'string' },
    was: { SmsSid: 'SM90c6fc909d8504d45ecdb3a3d5b3556e', SmsStatus: 'delivered', From: '+13105555555' },
    is: {
      MessageSid: 'SM90c6fc909d8504d45ecdb3a3d5b3556e',
      MessageStatus: 'delivered',
      AccountSid: 'AC94d9d8c3',
      From: '+13105555555',
    },
    plan: [move('/MessageSid', '/SmsSid'), move('/MessageStatus', '/SmsStatus')],
    why: 'another word, though of two fields together',
  },
  {
    id: 'twilio.chat.conversation',
    source: 'npm twilio 3 → 5 (Programmable Chat → Conversations)',
    change: 'synonym',
    answer: 'teachable',
    contract: { EventType: 'string', ChannelSid: 'string', From: 'string', Body: 'string' },
    was: { EventType: 'onMessageSent', ChannelSid: 'CH5b7', From: 'ana', Body: 'Hi' },
    is: { EventType: 'onMessageSent', ConversationSid: 'CH5b7', Author: 'ana', Body: 'Hi' },
    plan: [move('/ConversationSid', '/ChannelSid'), move('/Author', '/From')],
    why: 'two other words',
  },
  {
    id: 'whatsapp.message.cloud',
    source: 'WhatsApp Business API notes (on-premises → cloud)',
    change: 'list element',
    answer: 'teachable',
    contract: { messages: [{ from: 'string', id: 'string', timestamp: 'string', type: 'string' }] },
    was: { messages: [{ from: '16315551234', id: 'ABGG', timestamp: '1518694235', type: 'text' }] },
    is: {
      object: 'whatsapp_business_account',
      entry: [
        {
          id: '1',
          changes: [
            {
              field: 'messages',
              value: {
                messages: [{ from: '16315551234', id: 'ABGG', timestamp: '1518694235', type: 'text' }],
              },
            },
          ],
        },
      ],
    },
    why: 'lists around it',
  },
  {
    id: 'zoom.meeting.object',
    source: 'Zoom webhook notes, 2018 → 2019',
    change: 'rename',
    answer: 'plain',
    contract: {
      event: 'string',
      payload: {
        account_id: 'string',
        meeting: { uuid: 'string', topic: 'string', start_time: 'date-time', timezone: 'string' },
      },
    },
    was: {
      event: 'meeting.started',
      payload: {
        account_id: 'EPjf',
        meeting: {
          uuid: 'czLF6FFFoQOKgAB99DlDb9g==',
          topic: 'My Meeting',
          start_time: '2019-07-09T17:00:00Z',
          timezone: 'America/Denver',
        },
      },
    },
    is: {
      event: 'meeting.started',
      payload: {
        account_id: 'EPjf',
        object: {
          uuid: 'czLF6FFFoQOKgAB99DlDb9g==',
          topic: 'My Meeting',
          start_time: '2019-07-09T17:00:00Z',
          timezone: 'America/Denver',
        },
      },
    },
    plan: moveAll('/payload/object', '/payload/meeting', ['uuid', 'topic', 'start_time', 'timezone']),
  },
  {
    id: 'intercom.contact.user_id',
    source: 'npm intercom-client 2 → 7 (API 1.4 → 2.0)',
    change: 'synonym',
    answer: 'teachable',
    contract: { id: 'string', email: 'email', user_id: 'string' },
    was: { id: '5ba682d23d7cf92bef87bfd4', email: 'ana@example.com', user_id: '25' },
    is: {
      id: '5ba682d23d7cf92bef87bfd4',
      role: 'user',
      email: 'ana@example.com',
      external_id: '25',
      owner_id: 127,
    },
    plan: [move('/external_id', '/user_id')],
    why: 'an id of outside need not be the user’s',
  },
];
