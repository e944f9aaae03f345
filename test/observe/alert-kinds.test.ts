import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watchDeadLetters } from '../../src/dead-letter/counts.ts';
import { createDeadLetters } from '../../src/dead-letter/store.ts';
import type { TopicStats } from '../../src/engine/engine.ts';
import { freeLeases } from '../../src/engine/lease.ts';
import type { UnrecoverableEvent } from '../../src/model/event.ts';
import type { Rule } from '../../src/model/rule.ts';
import { type AlertKind, alertKinds } from '../../src/observe/alerts/alert.ts';
import { Alerts } from '../../src/observe/alerts/alerts.ts';
import { createHistory } from '../../src/observe/history/history.ts';
import { createLogger } from '../../src/support/log.ts';
import { memoryState } from '../../src/testing/memory-state.ts';
import { httpReceiver, smtpReceiver } from '../helpers/receivers.ts';
import { until } from '../helpers/until.ts';

const minuteMs = 60_000;

/** Alerts over what a service knows, whose clock the test sets; all receivers are told of all kinds. */
async function world() {
  const state = memoryState();
  const letters = createDeadLetters(state);
  const clock = { now: Date.now() };
  const facts = {
    trouble: undefined as { error: string; code: string; since: string } | undefined,
    waiting: [] as string[],
    looks: 0,
    queues: [] as TopicStats[],
    rules: [] as Partial<Rule>[],
  };
  const history = createHistory(() => clock.now);
  const count = (...counts: [source: string, loaded: number, dead: number][]) =>
    history.record(
      { pairs: counts.map(([source, loaded, dead]) => [source, 'order', loaded, 0, 0, dead, 0]), delays: [] },
      clock.now,
    );
  const targets = [
    { to: 'webhook' as const, name: 'HOOK', url: hook.url, on: alertKinds },
    { to: 'slack' as const, name: 'SLACK', url: slack.url, on: alertKinds },
    {
      to: 'email' as const,
      name: 'SMTP',
      url: smtp.url,
      on: alertKinds,
      from: 'a@example.com',
      recipients: ['b@example.com'],
    },
  ];
  running = new Alerts({
    state,
    deadLetters: await watchDeadLetters(state, letters),
    engine: {
      async stats() {
        facts.looks++;
        return facts.queues;
      },
    },
    rules: { list: async () => facts.rules as Rule[] },
    pipeline: {
      status: async () => (facts.trouble === undefined ? {} : { trouble: facts.trouble }),
      destinations: async () =>
        facts.waiting.map(
          (name) => ({ name, state: 'waiting', error: 'away', since: new Date(0).toISOString() }) as never,
        ),
      sources: async () => history.sources(),
      history: async (filter, minutes) => history.series(filter, minutes),
    },
    destination: 'PostgreSQL',
    limits: { deadLetterPercent: 5, queueStuckMinutes: 5, silentMinutes: 60 },
    targets,
    leases: freeLeases,
    consoleUrl: 'https://sentinel.example.com/base/console',
    log: createLogger({ level: 'silent', format: 'json' }),
    timing: { lookMs: 2, overAfterMs: 20 },
    now: () => clock.now,
  });
  running.start();
  // It has looked once: what begins from now on is news.
  await until(async () => (await state.list('alerts/began')).length === 1);
  return { facts, letters, clock, count };
}
type World = Awaited<ReturnType<typeof world>>;

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

interface Told {
  type: string;
  data: { kind: AlertKind; title: string; detail: string; link: string };
}
const told = (kind: AlertKind): Told[] =>
  hook.received.map(({ body }) => JSON.parse(body) as Told).filter(({ data }) => data.kind === kind);

const letter: UnrecoverableEvent = {
  request_id: 'a',
  received_at: Date.now() + minuteMs,
  source: 'shop',
  contract: 'order',
  version: '1.0.0',
  signature: 'abc',
  violations: [
    { path: '/amount', code: 'type', message: 'secret 4711', expected: 'decimal > 0', found: 'string' },
  ],
  raw: '{}',
  reason: 'unrepairable',
  code: 'unrepairable',
  attempts: [],
};
const queue = (pending: number, published = 10): TopicStats[] => [
  { topic: 'raw_event', published, bytes: 0, groups: [{ group: 'pipeline', pending }] } as never,
];
const rule = { id: 'r1', contract: 'order', source: 'shop', status: 'active' } as const;

interface Kind {
  begins: (world: World) => unknown;
  ends: (world: World) => unknown;
  title: RegExp;
  detail?: RegExp;
  /** Of the console. */
  page: string;
}

const kinds: Record<AlertKind, Kind> = {
  new_failure: {
    begins: ({ letters }) => letters.keep([letter, { ...letter, request_id: 'b' }]),
    ends: async ({ letters }) => {
      await letters.discard('a', 'test');
      await letters.discard('b', 'test');
    },
    title: /^Events of order from shop fail at \/amount$/,
    detail: /^\/amount: type, expected decimal > 0, found string\.\n/,
    page: '/dead-letters/group/abc?contract=order&source=shop',
  },
  dead_letter_rate: {
    begins: ({ count }) => count(['shop', 80, 20]),
    ends: ({ clock }) => (clock.now += 30 * minuteMs),
    title: /^20 % of the events of the last 10 minutes are dead letters$/,
    page: '/dead-letters',
  },
  drift: {
    begins: ({ count }) => count(['shop', 80, 1]),
    ends: ({ clock }) => (clock.now += 31 * minuteMs),
    title: /^Events from shop no longer look as their contract says$/,
    detail: /order/,
    page: '/sources?source=shop',
  },
  destination_down: {
    begins: ({ facts }) => (facts.waiting = ['lake']),
    ends: ({ facts }) => (facts.waiting = []),
    title: /^The destination lake takes no rows$/,
    page: '/',
  },
  queue_stuck: {
    async begins({ facts, clock }) {
      facts.queues = queue(7);
      const before = facts.looks;
      await until(() => facts.looks > before + 1);
      clock.now += 6 * minuteMs;
    },
    ends: ({ facts }) => (facts.queues = queue(6)),
    title: /^pipeline settles nothing of raw_event$/,
    detail: /^7 events wait/,
    page: '/state',
  },
  rule_disabled: {
    begins: ({ facts }) =>
      (facts.rules = [
        { ...rule, status: 'disabled', disabled_by: 'failures', disabled_reason: 'it failed 5 times' },
      ]),
    ends: ({ facts }) => (facts.rules = [rule]),
    title: /^A rule for order from shop is disabled$/,
    detail: /^it failed 5 times\. /,
    page: '/rules/r1',
  },
  rule_wrong_doubt: {
    begins: ({ facts }) =>
      (facts.rules = [{ ...rule, doubt: { since: 'now', reason: '/a is another format' } }]),
    ends: ({ facts }) => (facts.rules = [rule]),
    title: /^A rule for order from shop may have repaired wrongly$/,
    detail: /^\/a is another format\. /,
    page: '/rules/r1',
  },
  source_silent: {
    begins({ count, clock }) {
      count(['shop', 2000, 0]);
      clock.now += 2 * 60 * minuteMs;
    },
    ends: ({ count }) => count(['shop', 1, 0]),
    title: /^Nothing comes from shop any more$/,
    page: '/sources?source=shop',
  },
};

describe('each kind of alert is told once to each receiver, with a link, and once when it is over', () => {
  it.each(Object.entries(kinds) as [AlertKind, Kind][])(
    '%s',
    async (kind, { begins, ends, title, detail, page }) => {
      const all = await world();
      await begins(all);
      await until(() => told(kind).length === 1);
      const { type, data } = told(kind)[0]!;
      expect(type).toBe('alert.opened');
      expect(data.title).toMatch(title);
      expect(data.detail).toMatch(detail ?? /./);
      expect(data.detail).not.toContain('4711');
      expect(data.link).toBe(`https://sentinel.example.com/base/console${page}`);
      await ends(all);
      await until(() => told(kind).length === 2);
      expect(told(kind)[1]).toMatchObject({
        type: 'alert.resolved',
        data: { title: data.title, link: data.link },
      });
      const mine = (text: string) => text.includes(data.title);
      await until(() => slack.received.filter(({ body }) => mine(body)).length === 2);
      await until(() => smtp.mails.filter((mail) => mine(mail.replaceAll('\n ', ' '))).length === 2);
      expect(told(kind)).toHaveLength(2);
    },
  );
});

it('a source that was silent for more than a day is not over before it sends', async () => {
  const { count, clock } = await world();
  count(['shop', 2000, 0]);
  clock.now += 2 * 60 * minuteMs;
  await until(() => told('source_silent').length === 1);
  clock.now += 30 * 60 * minuteMs;
  // Another kind that begins and ends shows that it was looked at meanwhile.
  count(['web', 1, 1]);
  await until(() => told('drift').length === 1);
  clock.now += 31 * minuteMs;
  await until(() => told('drift').length === 2);
  expect(told('source_silent')).toHaveLength(1);
  count(['shop', 1, 0]);
  await until(() => told('source_silent').length === 2);
});

it('what waits for a destination that is down is that incident alone, and has its time again when it is back', async () => {
  const { facts, clock } = await world();
  const looked = async () => {
    const before = facts.looks;
    await until(() => facts.looks > before + 1);
  };
  facts.queues = queue(7);
  await looked();
  facts.trouble = {
    error: 'refused',
    code: 'destination_unavailable',
    since: new Date(clock.now).toISOString(),
  };
  clock.now += 6 * minuteMs;
  await until(() => told('destination_down').length === 1);
  await looked();
  facts.trouble = undefined;
  await until(() => told('destination_down').length === 2);
  clock.now += 4 * minuteMs;
  await looked();
  expect(told('queue_stuck')).toEqual([]);
  clock.now += 2 * minuteMs;
  await until(() => told('queue_stuck').length === 1);
});

it('two groups that fail at the same field are told apart', async () => {
  const { letters } = await world();
  await letters.keep([letter, { ...letter, request_id: 'b', signature: 'abd' }]);
  await until(() => told('new_failure').length === 2);
  const [one, other] = told('new_failure').map(({ data }) => `${data.title}\n${data.detail}`);
  expect(one).not.toBe(other);
});
