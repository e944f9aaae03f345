import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { builtFile } from '../../support/package-folder.ts';
import { type Result, fail, ok } from '../../model/result.ts';

/** `start`: a part of the entries, so that a start takes no longer; `whole`: every entry and its value. */
export type Depth = 'start' | 'whole';

/**
 * Reads the file in a process of its own: what is damaged can end the process that reads it. Returns how many entries were
 * read, or what is wrong. A file that is not there is sound.
 */
export async function examineStore(path: string, depth: Depth): Promise<Result<number>> {
  const size = await stat(path).then(
    (file) => file.size,
    () => undefined,
  );
  if (size === undefined) return ok(0);
  // A first start that was killed leaves one, too, but no id of the queue yet.
  if (size === 0) return existsSync(join(dirname(path), 'id')) ? fail('it is empty (0 bytes)') : ok(0);
  const child = spawn(process.execPath, [builtFile('examine-process'), path, depth], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let answer = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (answer += text));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  if (code === 0) return ok(Number(answer));
  return fail(answer !== '' ? answer : `reading it ends the process (${signal ?? `code ${code}`})`);
}
