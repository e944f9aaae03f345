import { expect, it, onTestFinished } from 'vitest';
import { ContextCalls } from '../../src/steps/apart/context-calls.ts';
import { startSteps } from '../../src/steps/runner.ts';
import type { StepContext } from '../../src/steps/step.ts';
import { createLogger } from '../../src/support/log.ts';
import { collect, quickRetry, silent, step, temporaryEngine } from './support.ts';

/** One step that answers `GET /x` with what `work` returns. */
async function running(work: (context: StepContext) => unknown) {
  const { engine, dispose } = await temporaryEngine();
  const triggers = [{ type: 'http' as const, method: 'GET' as const, path: '/x' }];
  const answering = step(
    { triggers, enqueues: ['raw_event', 'out'] },
    async (_, context) => work(context) as never,
  );
  const steps = await startSteps([answering], {
    engine,
    log: silent,
    subscribed: new Set(['out']),
    contracts: { validate: (_name, _version, value) => ({ ok: true, value }) },
    retry: quickRetry,
    limits: { maxBytes: 1000, maxDepth: 5 },
    onReplayed: async () => undefined,
    onExhausted: async () => undefined,
  });
  onTestFinished(async () => {
    await steps.stop();
    await dispose();
  });
  const ask = () =>
    steps.routes[0]!.handle({ body: undefined, rawBody: '', query: {}, headers: {}, params: {} });
  return { engine, ask };
}

it.each<[string, unknown]>([
  ['a status that is none', { status: 99 }],
  ['a status of its own', { status: 600 }],
  ['a header that holds another one', { status: 200, headers: { 'x-a': 'a\r\nx-b: c' } }],
  ['a header without a name', { status: 200, headers: { '': 'a' } }],
  ['a header without a value', { status: 200, headers: { a: undefined } }],
  ['a number that is no JSON', { status: 200, body: { n: 1n } }],
  ['a function', { status: 200, body: () => 1 }],
  ['a text', 'hello'],
])('an HTTP step that returns %s has failed, and the request is told so', async (_, returned) => {
  const { ask } = await running(() => returned);
  expect(await ask()).toMatchObject({
    status: 500,
    body: { type: expect.stringMatching(/step_failed$/) as string },
  });
});

it('what a step enqueues has the limits of a request', async () => {
  const deep = JSON.parse(`${'{"a":'.repeat(6)}1${'}'.repeat(6)}`) as object;
  const refused: unknown[] = [];
  const { engine, ask } = await running(async ({ enqueue }) => {
    for (const [topic, data] of [
      ['raw_event', { a: 'x'.repeat(1000) }],
      ['out', { a: 'x'.repeat(1000) }],
      ['raw_event', deep],
      ['raw_event', [{ a: 1 }]],
    ] as const)
      await enqueue(topic, data as never).catch((error: unknown) => refused.push(error));
    await enqueue('out', { a: 1 });
  });
  const out = await collect(engine, 'out');
  expect(await ask()).toEqual({ status: 204 });
  expect(refused).toMatchObject(Array.from({ length: 4 }, () => ({ code: 'step_invalid' })));
  await expect.poll(() => out).toEqual([{ a: 1 }]);
});

it('a step that writes without end writes a share of its lines, and how many were left out', () => {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const logger = createLogger({ level: 'info', format: 'json' }, { destination });
  const calls = new ContextCalls(() => undefined);
  calls.begin(1, { logger } as StepContext);
  const line = JSON.stringify({ level: 'info', msg: 'x'.repeat(20_000) });
  for (let at = 0; at < 1000; at++) calls.receive({ line, run: 1 });
  expect(lines.length).toBeLessThan(900);
  expect(Math.max(...lines.map((text) => text.length))).toBeLessThan(11_000);
});
