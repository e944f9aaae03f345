import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import { SentinelError } from '../../src/model/errors.ts';
import { IsolatedStep } from '../../src/steps/apart/isolated-step.ts';
import { discoverSteps } from '../../src/steps/discover.ts';
import { type ExhaustedMessage, type RunningSteps, startSteps } from '../../src/steps/runner.ts';
import { StepFailure, type StepModule } from '../../src/steps/step.ts';
import { until } from '../helpers/until.ts';
import { collect, message, quickRetry, silent, temporaryEngine } from './support.ts';

/** Steps as the service runs them: each in a thread of its own, whose end costs the message that it had. */
const source = (name: string, body: string): string => `
  import { StepFailure } from 'data-sentinel';
  export const config = {
    name: '${name}', description: 'd', triggers: [{ type: 'queue', topic: '${name}-in', condition: ({ skip }) => !skip }], enqueues: ['out', 'other', 'answered'], flows: [],
  };
  export async function handler(input, { enqueue, state, logger, contracts, attempt, signal }) { ${body} }`;

const bodies = {
  good: `
    await state.put('seen', input.n);
    logger.info({ n: input.n }, 'seen');
    const verdict = contracts.validate('order', '1.0.0', { n: input.n });
    await enqueue('out', { n: input.n, state: await state.get('seen'), verdict: verdict.ok, attempt, aborted: signal.aborted });`,
  loops: `if (input.bad) for (;;);`,
  exits: `if (input.bad) process.exit(7);`,
  kills: `if (input.bad) process.kill(process.pid, 'SIGKILL');`,
  rejects: `if (input.bad) void Promise.reject(new Error('canary'));`,
  late: `if (input.bad) await new Promise(() => setTimeout(() => { throw null; }, 1));`,
  never: `if (input.bad) await new Promise(() => undefined);`,
  leaks: `const all = []; while (input.bad) all.push(new Array(1e5).fill(input.bad));`,
  throws: `if (input.bad) throw new StepFailure('not this one', { tag: 'UNWANTED', retryable: false });`,
  motia: `
    await state.set('orders', 'a', { done: input.n });
    logger.info('seen', { n: input.n });
    await enqueue({ topic: 'other', data: { order: await state.get('orders', 'a'), none: await state.get('orders', 'b') } });`,
  asks: `await enqueue('answered', { ok: contracts.validate('order', input.ask, {}).ok, attempt });`,
  wordy: `throw new StepFailure('x'.repeat(30_000_000), { retryable: false });`,
  odd: `throw Object.create(null);`,
  undeclared: `await enqueue('elsewhere', {});`,
};

let folder: string;
let engine: Engine;
let dispose: () => Promise<void>;
let steps: StepModule[];
let running: RunningSteps;
const exhausted: ExhaustedMessage[] = [];
const handled: string[] = [];
const busy = [1];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sentinel-isolated-'));
  for (const [name, body] of Object.entries(bodies))
    await writeFile(join(folder, `${name}.step.mjs`), source(name, body));
  ({ engine, dispose } = await temporaryEngine());
  steps = await discoverSteps([folder], {
    isolate: (file) =>
      new IsolatedStep(file, {
        stallMs: 1500,
        memoryMb: 64,
        stepTimeoutMs: file.endsWith('never.step.mjs') ? 1500 : 60_000,
      }),
  });
  running = await startSteps(steps, {
    engine,
    log: silent,
    subscribed: new Set(['out', 'other', 'answered']),
    contracts: {
      validate: (_name, _version, value) => ({ ok: true, value }),
      async inTurn(_name, version, value) {
        // Judged aside, for longer than a step may stand still.
        if (version === 'slow') await sleep(2000);
        if (version === 'busy' && busy.shift() !== undefined)
          throw new SentinelError('pipeline_busy', 'later', { retryable: true });
        return { ok: true, value };
      },
    },
    retry: { ...quickRetry, maxAttempts: 5 },
    onReplayed: async () => undefined,
    onExhausted: async (given) => void exhausted.push(given),
    activity: { handled: (step) => void handled.push(step), failed: () => undefined },
  });
}, 60_000);
afterAll(async () => {
  await running.stop();
  await Promise.all(steps.map(async (step) => step.close?.()));
  await dispose();
  await rm(folder, { recursive: true, force: true });
});

it('has all that a handler may use', async () => {
  const out = await collect(engine, 'out');
  await engine.publish('good-in', [message({ n: 1 })]);
  await until(() => out.length === 1 && handled.includes('good'));
  expect(out).toEqual([{ n: 1, state: 1, verdict: true, attempt: 1, aborted: false }]);
  expect(await engine.state.get('steps/good/seen')).toBe(1);
});

it("has what Motia's handlers use, and leaves out what its condition refuses", async () => {
  const other = await collect(engine, 'other');
  await engine.publish('motia-in', [message({ n: 2, skip: true }), message({ n: 3 })]);
  await until(() => other.length === 1);
  expect(other).toEqual([{ order: { done: 3 }, none: null }]);
});

it('waits for a contract that is judged aside, and comes again when that can not be done now', async () => {
  const answered = await collect(engine, 'answered');
  await engine.publish('asks-in', [message({ ask: 'slow' }), message({ ask: 'busy' })]);
  await until(() => answered.length === 2);
  expect(answered).toEqual(
    expect.arrayContaining([
      { ok: true, attempt: 1 },
      { ok: true, attempt: 2 },
    ]),
  );
});

it('costs its message when it loops, never returns, exits, leaks or leaves a rejected promise behind; others go on', async () => {
  const killers = ['loops', 'exits', 'rejects', 'late', 'leaks', 'never'] as const;
  for (const name of killers) await engine.publish(`${name}-in`, [message({ bad: true }), message({})]);
  await until(
    () => exhausted.length === killers.length && killers.every((name) => handled.includes(name)),
    60_000,
  );
  for (const name of killers) {
    const { error, attempts, step } = exhausted.find((each) => each.step === name)!;
    expect({ step, attempts, error }).toMatchObject({ attempts: 3, error: { tag: 'step_killed' } });
  }
  const reasonOf = (name: string): string => String(exhausted.find(({ step }) => step === name)!.error);
  expect(reasonOf('loops')).toContain('stood still for 1.5 s');
  expect(reasonOf('never')).toContain('did not return within 1.5 s');
  expect(reasonOf('exits')).toMatch(/ended its thread|stood still/);
  expect(reasonOf('leaks')).toMatch(/memory|stood still/);
  expect(reasonOf('rejects')).not.toContain('canary');
}, 90_000);

it('fails as it says: the class, tag and retry of its error', async () => {
  exhausted.length = 0;
  await engine.publish('throws-in', [message({ bad: true })]);
  await engine.publish('undeclared-in', [message({})]);
  await engine.publish('wordy-in', [message({})]);
  await engine.publish('odd-in', [message({})]);
  await until(() => exhausted.length === 4);
  const errorOf = (name: string) => exhausted.find(({ step }) => step === name)!.error;
  expect(errorOf('throws')).toBeInstanceOf(StepFailure);
  expect(errorOf('throws')).toMatchObject({ message: 'not this one', tag: 'UNWANTED', retryable: false });
  expect(errorOf('undeclared')).toMatchObject({ code: 'step_invalid' });
  const wordy = errorOf('wordy') as Error;
  expect(wordy.message.length + wordy.stack!.length).toBeLessThan(25_000);
  expect(errorOf('odd')).toMatchObject({ message: expect.stringContaining('threw') as string });
});

it('that cannot be loaded is a problem by the name of its file', async () => {
  const bad = join(folder, 'bad');
  await mkdir(bad);
  const problemsOf = async (name: string, code: string, loadMs?: number): Promise<string> => {
    await writeFile(join(bad, name), code);
    const { problems } = await new IsolatedStep(join(bad, name), { stallMs: 500, loadMs }).load();
    return problems.join();
  };
  expect(await problemsOf('ends.step.mjs', 'process.exit(1)')).toMatch(/ends\.step\.mjs: .*ended its thread/);
  expect(await problemsOf('loops.step.mjs', 'for (;;);', 1000)).toMatch(
    /loops\.step\.mjs: .*(?:stood still|not loaded)/,
  );
}, 30_000);
