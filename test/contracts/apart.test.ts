import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { judgeApart } from '../../src/contracts/apart/judged-apart.ts';
import { Judge } from '../../src/contracts/apart/judge.ts';
import { Suspects } from '../../src/contracts/apart/suspects.ts';
import { loadContracts } from '../../src/contracts/discover.ts';
import { brokenBy } from '../../src/contracts/fence.ts';
import type { Validation } from '../../src/contracts/contract.ts';
import { contractsForSteps } from '../../src/steps/contracts.ts';
import { silent } from '../helpers/healing.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

let folder: string;
let judge: Judge;
const contract = (name: string, pattern: string) => ({
  'x-contract': { name, version: '1.0.0', key: 'id' },
  properties: { id: { type: 'string', pattern } },
});
/** What code of a contract does to the thread that it shares with others. */
const rude = `
import fs, { closeSync } from 'node:fs';
import { defineContract, z } from 'data-sentinel';
const acts = {
  close: () => closeSync(1),
  'close all': () => { for (let fd = 3; fd < 100; fd++) fs.closeSync(fd); },
  'close what it can': () => { for (let fd = 3; fd < 100; fd++) try { closeSync(fd); } catch {} throw new Error('done'); },
  'close later': () => fs.close(2, () => undefined),
  'write elsewhere': () => { for (let fd = 3; fd < 100; fd++) fs.writeSync(fd, 'x'); },
  'cut files': () => { for (let fd = 3; fd < 100; fd++) fs.ftruncateSync(fd, 0); },
  patch: () => { Array.prototype.push = () => { throw new Error('push'); }; },
  blind: () => { JSON.stringify = () => '{}'; },
  pollute: () => { Object.prototype.polluted = 'yes'; },
  rename: () => { globalThis.JSON = null; },
  lock: () => Object.defineProperty(Array.prototype, 'map', { value: 1, configurable: false, writable: false }),
  kill: () => process.kill(process.pid, 'SIGKILL'),
  group: () => process.kill(0, 'SIGTERM'),
};
const contract = (name, id) => defineContract({ name, version: '1.0.0', key: 'id', schema: z.object({ id }) });
export const rude = contract('rude', z.string().refine((act) => (acts[act]?.(), true)));
export const tidy = contract('tidy', z.string().refine((path) => { const fd = fs.openSync(path, 'w'); fs.writeSync(fd, 'x'); fs.closeSync(fd); fs.writeFileSync(path, 'y'); fs.writeSync(2, ''); return true; }));
export const polite = contract('polite', z.string().transform((id) => JSON.parse(JSON.stringify([id])).map(String)[0]));
export const wordy = contract('wordy', z.string().refine(() => false, 'm'.repeat(50_000_000)));
`;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sentinel-apart-'));
  await mkdir(join(folder, 'contracts'));
  for (const [name, pattern] of Object.entries({
    good: '^[a-z]+$',
    bad: '^(a+)+$',
    worse: '^(a|a)*$',
    worst: '^(a|aa)+$',
  }))
    await writeFile(
      join(folder, 'contracts', `${name}.schema.json`),
      JSON.stringify(contract(name, pattern)),
    );
  await writeFile(join(folder, 'contracts', 'rude.mjs'), rude);
  judge = new Judge(
    { folders: [join(folder, 'contracts')], cache: join(folder, 'cache'), setAside: new Map() },
    { stallMs: 2000, suspects: new Suspects({ stallMs: 2000, log: silent }), log: silent },
  );
});
afterAll(async () => {
  judge.close();
  await rm(folder, { recursive: true });
});

const ask = (name: string, id: string) =>
  judge.ask(name, { name, version: '1.0.0', schemaLength: 100, event: { id } })?.answer as Validation;
const work = (name: string, id: string) => () => ask(name, id);
const evil = `${'a'.repeat(60)}!`;

it('work of many events is done together, but for that whose contract hangs, for which none of them waits', async () => {
  expect(judge.atOnce(work('good', 'x'))).toBeUndefined();
  expect(judge.atOnce(() => 7)).toEqual({ value: 7 });
  // Each question may rest on the answer before.
  const twice = () => (ask('good', 'x').ok ? ask('good', 'X') : ask('bad', 'aa'));
  expect((await judge.together([twice], { isPatient: true }))[0]?.value.ok).toBe(false);
  const works = [
    work('good', 'x'),
    work('bad', 'aa'),
    work('bad', evil),
    work('good', 'X'),
    work('worse', evil),
  ];
  const done = await judge.together(works, { isPatient: true });
  expect(done.slice(0, 3)).toMatchObject([{ value: { ok: true } }, { value: { ok: true } }, undefined]);
  // It has hung: from now on its events are judged aside, and nobody waits for it.
  const from = performance.now();
  expect(await judge.together([work('bad', 'aa')])).toEqual([undefined]);
  expect(performance.now() - from).toBeLessThan(1000);
  expect((await judge.inTurn(work('bad', 'aa'))).ok).toBe(true);
  const hung = await judge.inTurn(work('bad', evil));
  expect(brokenBy(hung.ok ? [] : hung.violations)?.code).toBe('contract_hung');
  await expect
    .poll(async () => (await judge.together([work('good', 'X')]))[0]?.value.ok, { timeout: 20_000 })
    .toBe(false);
});

it.each([
  'patch',
  'blind',
  'pollute',
  'rename',
  'lock',
  'kill',
  'group',
  'close',
  'close all',
  'close what it can',
  'close later',
  'write elsewhere',
  'cut files',
])(
  'a contract that wants to %s costs its own event, and others are judged as before',
  async (act) => {
    const of = (name: string, id: string) => judge.inTurn(work(name, id));
    const rude = await of('rude', act);
    // What can't be put back ends the thread, as if its code did not end.
    if (act === 'lock') expect(rude).toBeUndefined();
    else expect(brokenBy(rude.ok ? [] : rude.violations)?.message).toContain('Contract rude 1.0.0');
    expect(await of('polite', 'a')).toMatchObject({ ok: true, value: { id: 'a' } });
    expect((await of('good', 'x')).ok).toBe(true);
    expect((await of('rude', 'nothing')).ok).toBe(true);
  },
  60_000,
);

it('a batch does not wait until code that does not end is interrupted', async () => {
  const batch = judge.together([work('worst', evil)]);
  const behind = judge.together([work('good', 'x')], { isPatient: true });
  expect(await Promise.race([batch, behind])).toEqual([undefined]);
  expect((await behind)[0]?.value.ok).toBe(true);
});

it('suspects that are asked at the same time are told their own answers', async () => {
  await judge.inTurn(work('bad', evil));
  const ids = ['aa', 'b', 'aaa', 'c'];
  const answers = await Promise.all(ids.map((id) => judge.inTurn(work('bad', id))));
  expect(answers.map(({ ok }) => ok)).toEqual([true, false, true, false]);
});

it('a contract may close and change what it has opened itself', async () => {
  expect(await judge.inTurn(work('tidy', join(folder, 'own')))).toMatchObject({ ok: true });
  expect(await readFile(join(folder, 'own'), 'utf8')).toBe('y');
});

it('a step is told the verdict of a contract that is held, and not that it hangs', async () => {
  const marks = await temporaryFolder();
  await writeFile(join(marks, 'together'), 'contract good 1.0.0\n');
  const registry = await loadContracts([join(folder, 'contracts')]);
  const apart = judgeApart(registry, () => {
    const suspects = new Suspects({ stallMs: 2000, marks, log: silent });
    expect(suspects.isKiller('contract good 1.0.0')).toBe(true);
    return new Judge(
      { folders: [join(folder, 'contracts')], cache: join(folder, 'cache'), setAside: new Map() },
      { stallMs: 2000, suspects, log: silent },
    );
  });
  const steps = contractsForSteps(registry, apart);
  expect((await steps.inTurn!('good', '1.0.0', { id: 'x' })).ok).toBe(true);
  expect(await steps.inTurn!('good', '1.0.0', { id: 'X' })).toMatchObject({ violations: [{ path: '/id' }] });
  apart.close();
});

it('a message of any length is cut', async () => {
  const { violations } = (await judge.inTurn(work('wordy', 'x'))) as { violations: { message: string }[] };
  expect(violations[0]!.message.length).toBeLessThan(1200);
});
