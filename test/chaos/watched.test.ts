import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** Runs a script that is watched; when it says "ready", the signal goes to the process that watches. */
async function run(body: string, signal?: NodeJS.Signals) {
  const script = join(await temporaryFolder(), 'script.ts');
  const watched = new URL('./watched.ts', import.meta.url).pathname;
  await writeFile(
    script,
    `import { sayHowItEnds, watch } from '${watched}';
     if (process.env['CHAOS_WATCHED'] === undefined) process.exit(await watch());
     sayHowItEnds();
     ${body}`,
  );
  const cli = new URL('../../node_modules/jiti/lib/jiti-cli.mjs', import.meta.url).pathname;
  const child = spawn(process.execPath, [cli, script], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (signal !== undefined && text.includes('ready')) child.kill(signal);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code] = (await once(child, 'close')) as [number];
  return { code, said };
}

it.each([
  ['it is killed', `process.kill(process.pid, 'SIGKILL');`, 137, 'ended by SIGKILL after'],
  ['it waits for nothing', `await new Promise(() => undefined);`, 70, 'nothing is left'],
  ['it throws', `setTimeout(() => { throw new Error('odd'); }); setInterval(() => 1, 9);`, 70, 'Error: odd'],
])('a campaign that does not come to its end says so: %s', async (_, body, code, words) => {
  const end = await run(body);
  expect(end).toMatchObject({ code, said: expect.stringContaining(words) });
});

it('a signal reaches the campaign, which says so', async () => {
  const { code, said } = await run(`setInterval(() => 1, 9); console.log('ready');`, 'SIGTERM');
  expect({ code, said }).toMatchObject({ code: 143, said: expect.stringContaining('SIGTERM') });
});

it('a campaign that is over ends with its own code and says no more', async () => {
  expect(await run(`process.exit(1);`)).toEqual({ code: 1, said: '' });
});
