import { spawn } from 'node:child_process';
import { writeSync } from 'node:fs';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
const graceMs = 5000;
const codeOf = (signal: NodeJS.Signals): number => 128 + constants.signals[signal];

/** What the process that is watched says, also while it ends. */
const say = (text: string): void => void writeSync(2, `chaos: ${text}\n`);

/**
 * Runs this script once more in a process, and a process group, of its own, and returns its exit code. A campaign that was
 * killed can't say so itself, nor can it end the services that it started.
 */
export async function watch(): Promise<number> {
  const [script = '', ...args] = process.argv.slice(1);
  const cli = new URL('./lib/jiti-cli.mjs', import.meta.resolve('jiti/package.json')).pathname;
  const from = performance.now();
  const child = spawn(process.execPath, [cli, script, ...args], {
    detached: true,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, CHAOS_WATCHED: 'yes' },
  });
  for (const signal of signals)
    process.on(signal, () => {
      child.kill(signal);
      void sleep(graceMs).then(() => child.kill('SIGKILL'));
    });
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (...end) => resolve(end));
  });
  try {
    process.kill(-child.pid!, 'SIGKILL');
  } catch {
    // Nothing of it is left.
  }
  if (signal === null) return code!;
  const seconds = Math.round((performance.now() - from) / 1000);
  say(`ended by ${signal} after ${seconds} s${signal === 'SIGKILL' ? ' (or out of memory: dmesg)' : ''}`);
  return codeOf(signal);
}

/** In the process that is watched: whatever ends it says so, and only `process.exit(0)` is a success. */
export function sayHowItEnds(): void {
  process.exitCode = 70;
  let why = 'nothing is left that it could wait for';
  const end = (reason: string, code: number) => {
    why = reason;
    process.exit(code);
  };
  for (const signal of signals) process.prependListener(signal, () => end(signal, codeOf(signal)));
  process.once('disconnect', () => end('the process that watches it has ended', 70));
  process.channel?.unref();
  process.once('uncaughtException', (error) => end(`an unexpected error: ${error.stack}`, 70));
  process.once('exit', (code) => {
    if (code > 1) say(`ended before it was over, with ${code}: ${why}`);
  });
}
