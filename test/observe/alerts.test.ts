import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { loadConfig } from '../../src/config/load.ts';
import { watchDeadLetters } from '../../src/dead-letter/counts.ts';
import { createDeadLetters } from '../../src/dead-letter/store.ts';
import { freeLeases } from '../../src/engine/lease.ts';
import type { UnrecoverableEvent } from '../../src/model/event.ts';
import type { AlertTarget } from '../../src/observe/alerts/alert.ts';
import { type AlertParts, Alerts } from '../../src/observe/alerts/alerts.ts';
import { createHistory } from '../../src/observe/history/history.ts';
import { createLogger } from '../../src/support/log.ts';
import { memoryState } from '../../src/testing/memory-state.ts';
import { httpReceiver, smtpReceiver } from '../helpers/receivers.ts';
import { until } from '../helpers/until.ts';

const secret = `whsec_${Buffer.from('a secret of twenty-four bytes').toString('base64')}`;
const failed = (id: string, signature = 'abc'): UnrecoverableEvent => ({
  request_id: id,
  received_at: Date.now(),
  source: 'shop <!channel>',
  contract: 'order',
  version: '1.0.0',
  signature,
  violations: [],
  raw: '{"email": "ada@example.com"}',
  reason: 'unrepairable',
  code: 'unrepairable',
  attempts: [],
});

let hook: Awaited<ReturnType<typeof httpReceiver>>;
let slack: Awaited<ReturnType<typeof httpReceiver>>;
let smtp: Awaited<ReturnType<typeof smtpReceiver>>;
let running: Alerts | undefined;
beforeEach(async () => {
  [hook, slack, smtp] = await Promise.all([httpReceiver(), httpReceiver(), smtpReceiver()]);
});
afterEach(async () => {
  await running?.close();
  for (const receiver of [hook, slack, smtp]) receiver.close();
});

const targets = (): AlertTarget[] => [
  { to: 'webhook', name: 'HOOK', url: hook.url, secret, on: ['new_failure', 'destination_down'] },
  { to: 'slack', name: 'SLACK', url: slack.url, on: ['new_failure'] },
  {
    to: 'email',
    name: 'SMTP',
    url: smtp.url,
    on: ['destination_down'],
    from: 'sentinel@example.com',
    recipients: ['ops@example.com'],
  },
];

async function world() {
  const state = memoryState();
  const letters = createDeadLetters(state);
  const deadLetters = await watchDeadLetters(state, letters);
  const trouble: { now?: { error: string; code: string; since: string } } = {};
  const parts: AlertParts = {
    state,
    deadLetters,
    engine: { stats: async () => [] },
    rules: { list: async () => [] },
    pipeline: {
      status: async () => (trouble.now === undefined ? {} : { trouble: trouble.now }),
      destinations: async () => [],
      sources: async () => [],
      history: async (filter, minutes) => createHistory().series(filter, minutes),
    },
    destination: 'PostgreSQL',
    limits: { deadLetterPercent: 5, queueStuckMinutes: 5, silentMinutes: 60 },
    targets: targets(),
    leases: freeLeases,
    consoleUrl: 'https://sentinel.example.com/console',
    log: createLogger({ level: 'silent', format: 'json' } as never),
    timing: { lookMs: 10, overAfterMs: 50 },
  };
  const start = () => {
    running = new Alerts(parts);
    running.start();
  };
  return { state, letters, trouble, parts, start };
}

const messages = () =>
  hook.received.map(({ headers, body }) => {
    new Webhook(secret).verify(body, headers as Record<string, string>);
    return JSON.parse(body) as { type: string; data: { kind: string; title: string; link: string } };
  });

describe('alerts', () => {
  it('tell of each group once and once when it is over, signed, with a link, without values; also over a restart', async () => {
    const { letters, start } = await world();
    start();
    await letters.keep([failed('a'), failed('b'), failed('c', 'def')]);
    await until(async () => hook.received.length === 2 && slack.received.length === 2);
    await running!.close();
    start();
    await letters.keep([failed('d')]);
    await letters.discard('c', 'spam');
    await until(async () => hook.received.length === 3);
    expect(messages().map(({ type, data }) => [type, data.kind])).toEqual([
      ['alert.opened', 'new_failure'],
      ['alert.opened', 'new_failure'],
      ['alert.resolved', 'new_failure'],
    ]);
    expect(messages()[2]!.data.link).toBe(
      'https://sentinel.example.com/console/dead-letters/group/def?contract=order&source=shop+%3C%21channel%3E',
    );
    const { text } = JSON.parse(slack.received[0]!.body) as { text: string };
    expect(text).toContain('shop &lt;!channel&gt;');
    expect(JSON.stringify([hook.received, slack.received])).not.toContain('ada@');
    expect(await running!.open()).toMatchObject([{ kind: 'new_failure' }]);
  });

  it('are open where nobody is told; whoever is told later hears of new ones only', async () => {
    const { letters, parts, start } = await world();
    const receivers = parts.targets;
    parts.targets = [];
    start();
    await letters.keep([failed('a')]);
    await until(async () => (await running!.open()).length === 1);
    await running!.close();
    parts.targets = receivers;
    start();
    await letters.discard('a', 'spam');
    await letters.keep([failed('b', 'def')]);
    await until(async () => (await running!.open()).length === 1 && hook.received.length === 1);
    expect(messages()).toMatchObject([{ type: 'alert.opened', data: { kind: 'new_failure' } }]);
  });

  it('are tried again, by the next start as well, with the same id', async () => {
    const { state, letters, start } = await world();
    hook.control.status = 500;
    start();
    await letters.keep([failed('a')]);
    await until(async () =>
      (await state.list('alerts/outbox/')).some(
        ({ value }) => (value as { attempts: number }).attempts === 1,
      ),
    );
    await running!.close();
    hook.control.status = 200;
    start();
    await until(async () => hook.received.length === 1);
    await until(async () => (await state.list('alerts/outbox/')).length === 0);
    expect(slack.received).toHaveLength(1);
  });

  it('tell of a destination that is down and back, by mail', async () => {
    const { trouble, start } = await world();
    start();
    trouble.now = {
      error: 'connect ECONNREFUSED',
      code: 'destination_unavailable',
      since: new Date(Date.now() - 60_000).toISOString(),
    };
    await until(async () => smtp.mails.length === 1);
    delete trouble.now;
    await until(async () => smtp.mails.length === 2);
    expect(smtp.mails[0]).toMatch(/^Subject: \[Data Sentinel\] PostgreSQL takes no rows$/m);
    expect(smtp.mails[1]).toMatch(/^Subject: \[Data Sentinel\] Over: /m);
    expect(smtp.mails[0]).toContain('https://sentinel.example.com/console/');
  });

  it('are told together when very many begin at once, and not at all when they were there before', async () => {
    const { letters, start } = await world();
    await letters.keep([{ ...failed('old', 'old'), received_at: Date.now() - 60_000 }]);
    start();
    await until(async () => (await running!.open()).length === 0);
    await letters.keep(Array.from({ length: 30 }, (_, at) => failed(`n${at}`, `s${at}`)));
    await until(async () => (await running!.open()).length === 30);
    await until(async () => hook.received.length > 0);
    expect(hook.received.length).toBeLessThan(10);
    expect(JSON.stringify(messages())).not.toContain('group/old');
  });

  it('tell of what came since the service took events, also before they looked for the first time', async () => {
    const { letters, parts } = await world();
    const startedAt = Date.now() - 5000;
    await letters.keep([
      { ...failed('early', 'early'), received_at: startedAt + 1 },
      { ...failed('old', 'old'), received_at: startedAt - 1 },
    ]);
    running = new Alerts({ ...parts, startedAt });
    running.start();
    await until(async () => hook.received.length === 1);
    expect(messages()[0]!.data.link).toContain('/group/early?');
    expect(await running.open()).toHaveLength(1);
  });

  it('can be tried, and say which receiver does not take them, without its URL', async () => {
    const { parts } = await world();
    slack.control.status = 404;
    const results = await new Alerts(parts).test();
    expect(results).toEqual([
      { to: 'webhook', name: 'HOOK', sent: true },
      { to: 'slack', name: 'SLACK', sent: false, error: 'the receiver answered 404' },
      { to: 'email', name: 'SMTP', sent: true },
    ]);
    expect(messages()).toMatchObject([{ type: 'alert.test' }]);
  });
});

it('receivers are checked when the settings are read, and no message shows a URL', () => {
  const env = {
    SENTINEL_CONFIG_PATH: 'test/fixtures/alerts.yaml',
    SLACK: 'ftp://secret.example.com',
    SMTP: 'smtp://localhost',
  };
  expect(() => loadConfig({ env })).toThrow(
    /alerts\.0\.url_env: SLACK must hold a URL[^]*alerts\.1\.url_env: the environment variable HOOK is not set[^]*alerts\.2\.recipients/,
  );
  expect(() => loadConfig({ env })).not.toThrow(/secret\.example/);
});
