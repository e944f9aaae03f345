import { afterAll, beforeAll, expect, it } from 'vitest';
import { alertKinds } from '../../src/observe/alerts/alert.ts';
import { type TestService, startTestService } from '../../src/testing/test-service.ts';
import { runCommand } from '../helpers/command.ts';
import { httpReceiver } from '../helpers/receivers.ts';
import { transaction } from '../helpers/sentinel.ts';
import { until } from '../helpers/until.ts';

let slack: Awaited<ReturnType<typeof httpReceiver>>;
let hook: Awaited<ReturnType<typeof httpReceiver>>;
let service: TestService;
beforeAll(async () => {
  [slack, hook] = await Promise.all([httpReceiver(), httpReceiver()]);
  service = await startTestService({
    alerts: [
      { to: 'slack', name: 'SLACK_URL', url: slack.url, on: alertKinds },
      { to: 'webhook', name: 'HOOK_URL', url: hook.url, on: alertKinds },
    ],
  });
});
afterAll(async () => {
  await service?.close();
  for (const receiver of [slack, hook]) receiver.close();
});

const run = (...args: string[]) => runCommand('/tmp', ['alerts', ...args, '--url', service.url]);

it('sentinel alerts test sends to each receiver, and ends with 1 when one does not take it', async () => {
  expect(await run('test')).toMatchObject({
    code: 0,
    out: 'slack (SLACK_URL): sent\nwebhook (HOOK_URL): sent\n',
  });
  hook.control.status = 500;
  const failed = await run('test');
  expect(failed).toMatchObject({ code: 1 });
  expect(failed.out).toContain('webhook (HOOK_URL): not sent: the receiver answered 500');
  hook.control.status = 200;
  expect(slack.received).toHaveLength(2);
});

it('a new failure is told with its field and a link that leads to its group; sentinel alerts list shows it', async () => {
  await service.outcomes('shop', [transaction({ amount: 'not-a-number' })]);
  await until(() => slack.received.some(({ body }) => body.includes('fail at /amount')));
  const { text } = JSON.parse(slack.received.find(({ body }) => body.includes('fail at'))!.body) as {
    text: string;
  };
  expect(text).toContain('Events of transaction from shop fail at /amount');
  expect(text).not.toContain('not-a-number');
  const [, link] = /<(http[^|]+)\|/.exec(text)!;
  expect(link).toContain(`${service.url}/console/dead-letters/group/`);
  expect((await fetch(link!.replaceAll('&amp;', '&'))).status).toBe(200);
  const { out } = await run('list');
  expect(out).toMatch(
    /Events of transaction from shop fail at \/amount +sentinel dead-letters list --signature \w+/,
  );
});
