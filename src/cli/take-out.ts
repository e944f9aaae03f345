import { createWriteStream } from 'node:fs';
import { open, realpath, rename, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { pipeline } from 'node:stream/promises';
import type { ReplyTo } from '../api/client.ts';
import { messageOf } from '../model/errors.ts';
import { sizeOf } from '../support/disk-space.ts';
import type { ApiClient } from './client.ts';
import { CliError, say, type Io } from './io.ts';

type Status = ReplyTo<'GET /api/v1/exports/{id}'>;

const keysOf = <const List extends 'exports' | 'backups'>(list: List) => ({
  status: `GET /api/v1/${list}/{id}` as const,
  file: `GET /api/v1/${list}/{id}/file` as const,
  remove: `DELETE /api/v1/${list}/{id}` as const,
});
export const ofRows = keysOf('exports');
export const ofQueue = keysOf('backups');
type Keys = typeof ofRows | typeof ofQueue;

const askEveryMs = [50, 100, 200, 400, 1000];
const sayEveryMs = 5000;
const mostBreaks = 5;

/** A file that is replaced once all is there, or what can only be written to: standard output, a pipe, a device. */
type Target = string | Writable;

/** Where a person wants an export: `-` is standard output, and a link means the file behind it. */
export async function targetOf(io: Io, out: string): Promise<Target> {
  if (out === '-') return io.stdout;
  const path = resolve(io.cwd, out);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return path;
  if (found.isDirectory()) throw new CliError(`${out} is a folder: name a file in it`, 2);
  return found.isFile() ? realpath(path) : createWriteStream(path);
}

/**
 * Waits until the service has written an export, and brings its file here: into `file` once it is whole, into
 * `file.part` until then. A download that breaks off goes on where it was, unless it goes to a stream.
 */
export async function takeOut(
  io: Io,
  client: ApiClient,
  begun: Status,
  file: Target,
  keys: Keys = ofRows,
): Promise<Status> {
  const { id } = begun;
  const line = progressLine(io);
  try {
    const status = await written(client, begun, keys, (bytes) => line.show(`writing: ${sizeInWords(bytes)}`));
    const onBytes = (bytes: number): void =>
      line.show(`copying: ${sizeInWords(bytes)} of ${sizeInWords(status.bytes)}`);
    if (typeof file === 'string') await bring({ client, keys, file }, status, onBytes);
    else await pass({ client, keys, to: file, isOpen: file === io.stdout }, status, onBytes);
    return status;
  } catch (error) {
    if (error instanceof CliError) throw error;
    const name = typeof file === 'string' ? file : 'the output';
    if (isLocal(error)) throw new CliError(`${name} was not written: ${messageOf(error)}`);
    throw new CliError(`${name} was not written: the service does not answer any more (${messageOf(error)})`);
  } finally {
    line.end();
    await client.request(keys.remove, { params: { id } }).catch(() => undefined);
  }
}

async function written(
  client: ApiClient,
  begun: Status,
  keys: Keys,
  onBytes: (bytes: number) => void,
): Promise<Status> {
  let status = begun;
  for (let tries = 0; status.state === 'running'; tries++) {
    onBytes(status.bytes);
    await pause(askEveryMs[Math.min(tries, askEveryMs.length - 1)]);
    status = await client.request(keys.status, { params: { id: begun.id } });
  }
  if (status.state === 'failed') throw new CliError(status.error ?? 'the service could not write it');
  return status;
}

/** Into what can be written to only once: a download that breaks off is an error. */
async function pass(
  { client, keys, to, isOpen }: { client: ApiClient; keys: Keys; to: Writable; isOpen: boolean },
  { id, bytes: expected }: Status,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const { body } = await client.download(keys.file, 0, { params: { id } });
  let has = 0;
  body.on('data', (chunk: Uint8Array) => onBytes((has += chunk.length)));
  await pipeline(body, to, { end: !isOpen });
  if (has !== expected)
    throw new CliError(`the connection broke after ${has} of ${expected} bytes. Run the command again`);
}

async function bring(
  { client, keys, file }: { client: ApiClient; keys: Keys; file: string },
  { id, bytes: expected }: Status,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const part = `${file}.part`;
  let has = 0;
  for (let breaks = 0; has < expected || breaks === 0; breaks++) {
    if (breaks > mostBreaks)
      throw new CliError(
        `the connection broke ${breaks} times; ${has} of ${expected} bytes are in ${part}, and ${file} was not written. Run the command again`,
      );
    try {
      const { body } = await client.download(keys.file, has, { params: { id } });
      body.on('data', (chunk: Uint8Array) => onBytes((has += chunk.length)));
      await pipeline(body, createWriteStream(part, { flags: has === 0 ? 'w' : 'a', mode: 0o600 }));
    } catch (error) {
      if (error instanceof CliError || isLocal(error))
        throw new CliError(`${file} was not written: ${messageOf(error)}`);
      await pause(500);
    }
    has = await sizeOf(part);
  }
  const handle = await open(part, 'r+');
  await handle.sync();
  await handle.close();
  await rename(part, file);
}

/** Of this machine's disk: no other try would mend it. */
const isLocal = (error: unknown): boolean =>
  /^(?:ENOSPC|EACCES|EPERM|EROFS|ENOENT|EISDIR|EDQUOT|EFBIG|ENOTDIR)$/.test(
    (error as NodeJS.ErrnoException).code ?? '',
  );

export const sizeInWords = (bytes: number): string =>
  bytes < 100_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;

/** On standard error: one line that changes while a person watches, else one every few seconds. */
function progressLine(io: Io): { show(text: string): void; end(): void } {
  const eraseLine = '\r\u001b[K';
  let saidAt = Date.now();
  let painted = false;
  return {
    show(text) {
      const now = Date.now();
      if (now - saidAt < (io.interactive ? 200 : sayEveryMs)) return;
      saidAt = now;
      if (!io.interactive) return say(io, text);
      io.stderr.write(eraseLine + text);
      painted = true;
    },
    end: () => void (painted && io.stderr.write(eraseLine)),
  };
}
