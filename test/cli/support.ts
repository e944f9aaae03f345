import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { runCli } from '../../src/cli/program.ts';
import type { Io } from '../../src/cli/io.ts';

export interface CliRun {
  code: number;
  out: string;
  err: string;
}

/** A folder to run commands in, and a way to run them as a shell would; `interactive`: with somebody there who answers with `stdin`. */
export async function cliFolder(): Promise<{
  folder: string;
  cli: (
    args: string[],
    options?: { env?: Record<string, string>; stdin?: string; columns?: number; interactive?: boolean },
  ) => Promise<CliRun>;
  dispose: () => Promise<void>;
}> {
  const folder = await mkdtemp(join(tmpdir(), 'sentinel-cli-'));
  return {
    folder,
    async cli(args, { env = {}, stdin = '', columns, interactive = false } = {}) {
      const out = sink();
      const err = sink();
      const io: Io = {
        stdin: Readable.from([Buffer.from(stdin)]),
        stdout: out.stream,
        stderr: err.stream,
        env,
        cwd: folder,
        columns,
        interactive,
      };
      const code = await runCli(args, io);
      return { code, out: out.text(), err: err.text() };
    },
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}

function sink(): { stream: Writable; text: () => string } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString('utf8') };
}
