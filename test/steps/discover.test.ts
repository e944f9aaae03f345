import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { discoverSteps } from '../../src/steps/discover.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sentinel-steps-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(name: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeFile(join(folder, name), text);
}
const named = (name: string, more = ''): string =>
  `export const config = { name: '${name}', description: 'd', triggers: [{ type: 'queue', topic: 't' }], enqueues: [], flows: []${more} };
   export const handler = async () => {};`;

describe('finding steps', () => {
  it('takes *.step.ts, .mts, .js and .mjs from all subfolders, in order, and nothing else', async () => {
    await write('b.step.ts', named('b'));
    await write('a/deep/x.step.mjs', named('x'));
    await write('c.step.mts', named('c'));
    await write('d.step.js', named('d'));
    await write('helper.ts', 'throw new Error("not a step")');
    await write('node_modules/p/p.step.js', named('p'));
    await write('.hidden/h.step.js', named('h'));
    const steps = await discoverSteps([folder]);
    expect(steps.map(({ config }) => config.name)).toEqual(['x', 'b', 'c', 'd']);
    expect(steps[0]?.file).toBe(join(folder, 'a/deep/x.step.mjs'));
  });

  it('takes a default export made with defineStep', async () => {
    await write(
      's.step.ts',
      `import { defineStep } from 'data-sentinel';
       export default defineStep({ name: 's', description: 'd', triggers: [{ type: 'cron', expression: '*/5 * * * *' }], enqueues: [], flows: [] }, () => {});`,
    );
    expect((await discoverSteps([folder]))[0]?.config.name).toBe('s');
  });

  it('reads changed files again when asked', async () => {
    await write('s.step.ts', named('before'));
    await discoverSteps([folder]);
    await write('s.step.ts', named('after'));
    expect((await discoverSteps([folder], { fresh: true }))[0]?.config.name).toBe('after');
  });

  it.each([
    ['export const config = {', "can't be loaded"],
    ['throw new Error("boom")', "can't be loaded: boom"],
    [
      named('s').replace('export const handler', 'const other'),
      'handler: must be exported, and be a function',
    ],
    ['export const handler = () => {};', 'config: must be exported'],
    [named('a name'), 'config.name: letters, digits'],
    [named('s', ', enqueue: []'), 'config: Unrecognized key: "enqueue"'],
    [named('s').replace("type: 'queue'", "type: 'kafka'"), 'config.triggers[0].type'],
    [
      named('s').replace("type: 'queue', topic: 't'", "type: 'cron', expression: 'soon'"),
      'config.triggers[0].expression: a cron expression',
    ],
    [
      named('s').replace("type: 'queue', topic: 't'", "type: 'http', method: 'POST', path: '/ingest'"),
      'config.triggers[0].path: a path that does not begin with /ingest',
    ],
    [named('s', ', retry: { maxAttempts: 0 }'), 'config.retry.maxAttempts'],
  ])('refuses %s: %s', async (text, message) => {
    await write('s.step.ts', text);
    await expect(discoverSteps([folder])).rejects.toMatchObject({
      code: 'step_invalid',
      message: expect.stringContaining(`${join(folder, 's.step.ts')}: ${message}`),
    });
  });

  it('refuses two steps of one name', async () => {
    await write('a.step.ts', named('same'));
    await write('b.step.ts', named('same'));
    await expect(discoverSteps([folder])).rejects.toThrow(`same is taken by ${join(folder, 'a.step.ts')}`);
  });

  it('leaves out those that can not be used, where a start is to go on', async () => {
    await write('a.step.ts', named('same'));
    await write('b.step.ts', named('same'));
    await write('c.step.ts', named('c'));
    await write('d.step.ts', 'throw new Error("boom")');
    const problems: string[] = [];
    const steps = await discoverSteps([folder], { onProblem: (problem) => problems.push(problem) });
    expect(steps.map(({ config }) => config.name)).toEqual(['c']);
    expect(problems).toEqual([expect.stringContaining('boom'), expect.stringContaining('same is taken')]);
  });

  it('lists all problems at once', async () => {
    await write('a.step.ts', 'export const config = 1; export const handler = 1;');
    await write('b.step.ts', 'export {}');
    await expect(discoverSteps([folder])).rejects.toThrow(/a\.step\.ts[\s\S]*b\.step\.ts/);
  });
});
