import { open, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { messageOf } from '../model/errors.ts';
import { CliError, type Io } from './io.ts';

/** The text of a file that a person names. */
export const readText = (io: Io, file: string): Promise<string> =>
  orSay(file, readFile(resolve(io.cwd, file), 'utf8'));

/** The same, piece by piece. */
export async function openFile(io: Io, file: string): Promise<Readable> {
  const handle = await orSay(file, open(resolve(io.cwd, file)));
  if (!(await handle.stat()).isDirectory()) return handle.createReadStream();
  await handle.close();
  throw new CliError(`${file} can't be read: it is a folder`);
}

const orSay = <T>(file: string, reading: Promise<T>): Promise<T> =>
  reading.catch((error: unknown) => {
    throw new CliError(`${file} can't be read: ${messageOf(error)}`);
  });
