import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import {
  startSteps,
  subscribedTopics,
  type ExhaustedMessage,
  type RunningSteps,
  type StepDeps,
} from '../../src/steps/runner.ts';
import { StepFailure, type StepContracts, type StepModule } from '../../src/steps/step.ts';
import { collect, message, quickRetry, silent, step, temporaryEngine } from './support.ts';
import { until } from '../helpers/until.ts';

const contracts: StepContracts = { validate: (_name, _version, value) => ({ ok: true, value }) };

let engine: Engine;
let dispose: () => Promise<void>;
let running: RunningSteps | undefined;
let exhausted: ExhaustedMessage[];

beforeEach(async () => {
  ({ engine, dispose } = await temporaryEngine());
  exhausted = [];
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
  await dispose();
});

const run = (...steps: StepModule[]): Promise<RunningSteps> => runWith({}, ...steps);

async function runWith(more: Partial<StepDeps>, ...steps: StepModule[]): Promise<RunningSteps> {
  running = await startSteps(steps, {
    ...more,
    engine,
    log: silent,
    contracts,
    retry: quickRetry,
    stepRetry: { patient: { maxAttempts: 4 } },
    onReplayed: async () => undefined,
    onExhausted: async (given) => void exhausted.push(given),
  });
  return running;
}

const onTopic = { triggers: [{ type: 'queue', topic: 'in' }] } as const;

describe('a queue trigger', () => {
  it('gives the handler the JSON of each message, and the request id to the log', async () => {
    const seen: unknown[] = [];
    await run(step(onTopic, (input: unknown, { requestId }) => void seen.push([input, requestId])));
    await engine.publish('in', [message({ request_id: 'r', n: 1 }), message([2])]);
    await until(() => seen.length === 2);
    expect(seen).toEqual([
      [{ request_id: 'r', n: 1 }, 'r'],
      [[2], undefined],
    ]);
  });

  it('gives every step every message', async () => {
    const seen: string[] = [];
    const named = (name: string) => step({ ...onTopic, name }, () => void seen.push(name));
    await run(named('a'), named('b'));
    await engine.publish('in', [message({})]);
    await until(() => seen.length === 2);
    expect(seen.sort()).toEqual(['a', 'b']);
  });

  it('passes over messages of other contracts when it names one', async () => {
    const seen: unknown[] = [];
    const trigger = { type: 'queue', topic: 'in', contract: 'order' } as const;
    await run(step({ triggers: [trigger] }, (input: { n: number }) => void seen.push(input.n)));
    await engine.publish('in', [
      message({ contract: 'transaction', n: 1 }),
      message({ contract: 'order', n: 2 }),
    ]);
    await until(() => seen.length > 0);
    expect(seen).toEqual([2]);
  });

  it('retries a message that fails, and not its neighbours', async () => {
    const tries = new Map<number, number>();
    await run(
      step(onTopic, ({ n }: { n: number }, { attempt }) => {
        tries.set(n, attempt);
        if (n === 2 && attempt < 3) throw new Error('not yet');
      }),
    );
    await engine.publish(
      'in',
      [1, 2, 3].map((n) => message({ n })),
    );
    await until(() => tries.get(2) === 3);
    expect([tries.get(1), tries.get(3)]).toEqual([1, 1]);
    expect(exhausted).toEqual([]);
  });

  it('hands over what failed too often, whole', async () => {
    await run(
      step(onTopic, () => {
        throw new StepFailure('never', { tag: 'UNPROCESSED_DLQ' });
      }),
    );
    await engine.publish('in', [message({ n: 1 })]);
    await until(() => exhausted.length === 1);
    expect(exhausted[0]).toMatchObject({
      step: 'step',
      topic: 'in',
      attempts: 3,
      error: { tag: 'UNPROCESSED_DLQ' },
    });
    expect(Buffer.from(exhausted[0]?.body ?? []).toString()).toBe('{"n":1}');
  });

  it("lets the config file's retry settings of a step win", async () => {
    await run(
      step({ ...onTopic, name: 'patient', retry: { maxAttempts: 1 } }, () => {
        throw new Error('never');
      }),
    );
    await engine.publish('in', [message({})]);
    await until(() => exhausted.length === 1);
    expect(exhausted[0]?.attempts).toBe(4);
  });

  it.each([
    ['a failure that is not retryable', message({}), () => new StepFailure('no', { retryable: false })],
    ['a message that is not JSON', { body: Buffer.from('{') }, () => new Error('not reached')],
    ['a message that is not UTF-8', { body: Buffer.from([0xff]) }, () => new Error('not reached')],
  ])('gives up at once on %s', async (_, sent, failure) => {
    await run(
      step(onTopic, () => {
        throw failure();
      }),
    );
    await engine.publish('in', [sent]);
    await until(() => exhausted.length === 1);
    expect(exhausted[0]).toMatchObject({ attempts: 1, error: { retryable: false } });
  });

  it('handles as many messages at the same time as it is told to', async () => {
    let now = 0;
    let most = 0;
    let done = 0;
    await run(
      step({ ...onTopic, batch: { concurrency: 3 } }, async () => {
        most = Math.max(most, ++now);
        await new Promise((resolve) => setImmediate(resolve));
        now--;
        done++;
      }),
    );
    await engine.publish(
      'in',
      Array.from({ length: 10 }, () => message({})),
    );
    await until(() => done === 10);
    expect(most).toBe(3);
  });

  it('aborts the signal on stop, and does not count that as a failure', async () => {
    let started = false;
    const { stop } = await run(
      step(onTopic, async (_input: unknown, { signal }) => {
        started = true;
        await new Promise((_, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason as Error)),
        );
      }),
    );
    await engine.publish('in', [message({ n: 1 })]);
    await until(() => started);
    await stop();

    const seen: number[] = [];
    await run(step(onTopic, (_input: unknown, { attempt }) => void seen.push(attempt)));
    await until(() => seen.length === 1);
    expect(seen).toEqual([1]);
  });
});

describe('a handler that ignores its signal', () => {
  it('is not waited for beyond its time, and its message comes again', async () => {
    let started = false;
    const { stop } = await runWith(
      { stopGraceMs: 50 },
      step(onTopic, async () => {
        started = true;
        await new Promise(() => undefined);
      }),
    );
    await engine.publish('in', [message({ n: 1 })]);
    await until(() => started);
    await stop();

    const seen: number[] = [];
    await run(step(onTopic, (_input: unknown, { attempt }) => void seen.push(attempt)));
    await until(() => seen.length === 1);
    expect(seen).toEqual([1]);
  });
});

describe('what a handler can do', () => {
  it('enqueues durably on the topics it declares, and on no other', async () => {
    const out = await collect(engine, 'out');
    await run(
      step({ ...onTopic, enqueues: ['out'] }, async (input: object, { enqueue }) => {
        await enqueue('out', { got: input });
        await enqueue('elsewhere', {});
      }),
    );
    await engine.publish('in', [message({ n: 1 })]);
    await until(() => exhausted.length === 1 && out.length > 0);
    expect(out).toContainEqual({ got: { n: 1 } });
    expect(exhausted[0]).toMatchObject({ attempts: 1, error: { code: 'step_invalid' } });
  });

  it('keeps state of its own, out of reach of other steps', async () => {
    const seen: unknown[] = [];
    const keeper = (name: string) =>
      step({ ...onTopic, name }, async (_input: unknown, { state }) => {
        const isNew = await state.putIfAbsent('k/1', name);
        seen.push([isNew, await state.get('k/1'), await state.list('k/')]);
      });
    await run(keeper('a'), keeper('b'));
    await engine.publish('in', [message({})]);
    await until(() => seen.length === 2);
    expect(seen).toContainEqual([true, 'a', [{ key: 'k/1', value: 'a' }]]);
    expect(seen).toContainEqual([true, 'b', [{ key: 'k/1', value: 'b' }]]);
    expect(await engine.state.get('steps/a/k/1')).toBe('a');
  });
});

describe('other triggers', () => {
  it('gives HTTP triggers out as routes', async () => {
    const { routes } = await run(
      step(
        { triggers: [{ type: 'http', method: 'POST', path: '/pay/:id' }] },
        ({ params }: { params: object }) => ({
          status: 201,
          body: { ...params },
        }),
      ),
    );
    expect(routes).toMatchObject([{ step: 'step', method: 'POST', path: '/pay/:id' }]);
    const input = { body: undefined, rawBody: '', query: {}, headers: {}, params: { id: '7' } };
    expect(await routes[0]?.handle(input)).toEqual({ status: 201, body: { id: '7' } });
  });

  it.each([
    ['nothing', () => undefined, 204],
    ['something else', () => 'text' as never, 500],
    [
      'an error',
      () => {
        throw new Error('secret detail');
      },
      500,
    ],
  ])('answers %s in good form', async (_, handler, status) => {
    const { routes } = await run(step({ triggers: [{ type: 'http', method: 'GET', path: '/x' }] }, handler));
    const reply = await routes[0]?.handle({
      body: undefined,
      rawBody: '',
      query: {},
      headers: {},
      params: {},
    });
    expect(reply?.status).toBe(status);
    expect(JSON.stringify(reply)).not.toContain('secret');
  });

  it('runs a scheduled step once for each time, though two services schedule it', async () => {
    let runs = 0;
    const everySecond = { triggers: [{ type: 'cron', expression: '* * * * * *' }] } as const;
    const tick = () => void runs++;
    const [first, second] = [await run(step(everySecond, tick)), await run(step(everySecond, tick))];
    await until(() => runs >= 2);
    await Promise.all([first.stop(), second.stop()]);
    // Each time that was due has left a mark; a run that was under way may follow its own.
    await until(async () => runs === (await engine.state.list('cron/')).length);
  });
});

it('knows which topics are consumed', () => {
  expect([...subscribedTopics([step(onTopic, () => {}), step({}, () => {})])]).toEqual(['in']);
});
