import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../model/errors.ts';
import { variable } from '../config/environment.ts';
import { CliError, type Io } from './io.ts';

/**
 * Opens text in $VISUAL or $EDITOR and returns it as it was left. The file is readable by its owner only and gone
 * afterwards: it holds a customer's data.
 */
export async function editText(io: Io, text: string): Promise<string> {
  const editor = variable(io.env, 'VISUAL') ?? variable(io.env, 'EDITOR');
  if (editor === undefined)
    throw new CliError('no editor is known; set EDITOR, or use fix --event <file>', 2);
  const folder = await mkdtemp(join(tmpdir(), 'sentinel-edit-'));
  try {
    const file = join(folder, 'event.json');
    await writeFile(file, text, { mode: 0o600 });
    // By a shell, since EDITOR may hold arguments.
    const child = spawn(`${editor} "${file}"`, {
      shell: true,
      stdio: 'inherit',
      cwd: io.cwd,
      env: { ...process.env, ...io.env },
    });
    const [code] = (await once(child, 'exit').catch((error: unknown) => {
      throw new CliError(`${editor} can't be started: ${messageOf(error)}`);
    })) as [number | null];
    if (code !== 0) throw new CliError(`${editor} ended with ${code ?? 'a signal'}; nothing was changed`);
    return await readFile(file, 'utf8');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
