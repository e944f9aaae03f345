import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Judge } from '../../src/contracts/apart/judge.ts';
import { brokenBy } from '../../src/contracts/fence.ts';
import type { Validation } from '../../src/contracts/contract.ts';
import { silent } from '../helpers/healing.ts';

let folder: string;
let judge: Judge;
const contract = (name: string, pattern: string) => ({
  'x-contract': { name, version: '1.0.0', key: 'id' },
  properties: { id: { type: 'string', pattern } },
});
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sentinel-apart-'));
  for (const [name, pattern] of Object.entries({ good: '^[a-z]+$', bad: '^(a+)+$', worse: '^(a|a)*$' }))
    await writeFile(join(folder, `${name}.schema.json`), JSON.stringify(contract(name, pattern)));
  judge = new Judge(
    { folders: [folder], cache: join(folder, 'cache'), setAside: new Map() },
    { stallMs: 2000, log: silent },
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
  expect((await judge.together([twice]))[0]?.value.ok).toBe(false);
  const works = [
    work('good', 'x'),
    work('bad', 'aa'),
    work('bad', evil),
    work('good', 'X'),
    work('worse', evil),
  ];
  const done = await judge.together(works);
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
