import { expect, it } from 'vitest';
import { sns } from '../../src/sources/handshakes/sns.ts';
import { createSources } from '../../src/sources/source.ts';
import { createLogger } from '../../src/support/log.ts';

const url = 'https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=t';

async function ask(
  confirm: boolean | undefined,
  SubscribeURL: string,
  visit: (url: string) => Promise<void>,
) {
  const lines: string[] = [];
  const log = createLogger(
    { level: 'info', format: 'json' },
    { destination: { write: (line: string) => void lines.push(line) } },
  );
  const source = createSources({ s: { verify: { type: 'sns', secrets: [], confirm } } })('s');
  const greeting = { method: 'POST', url: '/ingest/s', headers: {}, source };
  const answer = await sns.answer!(
    { Type: 'SubscriptionConfirmation', SubscribeURL, TopicArn: 'arn:1' },
    greeting,
    { log, visit },
  );
  return { answer, log: lines.join('') };
}

it('is logged, and visited only when the settings say so', async () => {
  const visited: string[] = [];
  const visit = async (address: string) => void visited.push(address);
  const { answer, log } = await ask(undefined, url, visit);
  expect(answer).toMatchObject({ status: 200 });
  expect(log).toContain('sns.eu-central-1.amazonaws.com');
  expect(visited).toEqual([]);
  expect((await ask(true, url, visit)).answer).toMatchObject({ status: 200, body: '{"status":"confirmed"}' });
  expect(visited).toEqual([url]);
});

it("is never visited when it is not Amazon's", async () => {
  const visited: string[] = [];
  for (const address of [
    'https://evil.example/',
    'http://sns.eu-central-1.amazonaws.com/',
    'http://169.254.169.254/',
    'https://sns.x@evil.example/',
    'no url',
  ])
    await ask(true, address, async (visit) => void visited.push(visit));
  expect(visited).toEqual([]);
});

it('that cannot be visited is answered so that SNS asks again', async () => {
  const { answer } = await ask(true, url, () => Promise.reject(new Error('away')));
  expect(answer).toMatchObject({ status: 503 });
});
