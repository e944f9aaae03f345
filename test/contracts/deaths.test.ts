import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { killersIn, prove } from '../../src/contracts/apart/deaths.ts';
import { shareKillers } from '../../src/contracts/apart/share-killers.ts';
import { Suspects } from '../../src/contracts/apart/suspects.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { until } from '../helpers/until.ts';
import { silent, temporaryEngine } from '../steps/support.ts';

it('whose code ran as a process ended is held for minutes, as that may be chance, and for longer only once it is proven', async () => {
  const folder = await temporaryFolder();
  const minutesOf = () =>
    Object.fromEntries(killersIn(folder)!.map(({ label, quietMs }) => [label, Math.round(quietMs / 60_000)]));
  const dies = async (label: string) => {
    await writeFile(join(folder, 'together'), `${label}\n`);
    const minutes = minutesOf()[label];
    await writeFile(join(folder, 'together'), '\n');
    return minutes;
  };
  expect(minutesOf()).toEqual({});
  // As by deployments that do not wait.
  for (const minutes of [1, 3, 9, 10, 10]) expect(await dies('innocent')).toBe(minutes);
  expect(await dies('guilty')).toBe(1);
  expect(prove(folder, 'guilty') / 60_000).toBe(60);
  expect(minutesOf()).toEqual({ innocent: 10, guilty: 60 });
  expect(await dies('guilty')).toBe(24 * 60);
});

it('which has ended one worker is judged apart by all of them, before its message comes to the next', async () => {
  const marks = await temporaryFolder();
  await writeFile(join(marks, 'together'), 'contract dies 1.0.0\n');
  const { engine, dispose } = await temporaryEngine();
  onTestFinished(dispose);
  const [here, there] = [
    new Suspects({ stallMs: 1000, marks, log: silent }),
    new Suspects({ stallMs: 1000, log: silent }),
  ];
  const minutes = () => there.killers().map(({ label, quietMs }) => [label, Math.round(quietMs / 60_000)]);
  shareKillers(engine.state, there);
  shareKillers(engine.state, here);
  await until(() => there.isKiller('contract dies 1.0.0'));
  expect(minutes()).toEqual([['contract dies 1.0.0', 1]]);
  here.convict('contract dies 1.0.0');
  await until(() => minutes()[0]?.[1] === 60);
  // One that starts later knows it, too.
  const late = new Suspects({ stallMs: 1000, log: silent });
  shareKillers(engine.state, late);
  await until(() => late.isKiller('contract dies 1.0.0'));
});
