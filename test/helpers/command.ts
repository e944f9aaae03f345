import { Readable, Writable } from 'node:stream';
import { runCli } from '../../src/cli/program.ts';

export interface CommandRun {
  code: number;
  out: string;
  err: string;
}

export interface Terminal {
  stdin?: string | Readable;
  /** Width of the terminal; none by default. */
  columns?: number;
  /** With somebody there who answers with `stdin`. */
  interactive?: boolean;
  /** Called with what it prints, as it does. */
  onOut?: (text: string) => void;
}

/** Runs a `sentinel` command to its end in this process, as a shell would run it in that folder. */
export async function runCommand(
  folder: string,
  args: string[],
  env: Record<string, string> = {},
  { stdin = '', columns, interactive = false, onOut }: Terminal = {},
): Promise<CommandRun> {
  const out = sink(onOut);
  const err = sink();
  const code = await runCli(args, {
    stdin: typeof stdin === 'string' ? Readable.from([Buffer.from(stdin)]) : stdin,
    stdout: out.stream,
    stderr: err.stream,
    env: { PATH: process.env['PATH'], SENTINEL_API_PORT: '0', ...env },
    cwd: folder,
    columns,
    interactive,
  });
  return { code, out: out.text(), err: err.text() };
}

function sink(onText?: (text: string) => void): { stream: Writable; text: () => string } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      onText?.(chunk.toString());
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString('utf8') };
}
