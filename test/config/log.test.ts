import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { SentinelError } from '../../src/model/errors.ts';
import { createLogger } from '../../src/support/log.ts';

function capture() {
  const lines: string[] = [];
  const log = createLogger(
    { level: 'info', format: 'json' },
    { destination: { write: (line) => void lines.push(line) } },
  );
  const last = () => JSON.parse(lines.at(-1) ?? 'null') as Record<string, unknown>;
  return { log, lines, last };
}

describe('the log', () => {
  it('writes JSON lines with ISO time, level as a word, message and bound fields', () => {
    const { log, last } = capture();
    log
      .child({ source: 'stripe', contract: 'transaction' })
      .warn({ status: 'failed', code: 'x' }, 'it broke');
    expect(last()).toMatchObject({
      level: 'warn',
      msg: 'it broke',
      source: 'stripe',
      contract: 'transaction',
      status: 'failed',
      code: 'x',
    });
    expect(new Date(String(last()['time'])).toISOString()).toBe(last()['time']);
  });

  it.each([
    { authorization: 'Bearer hush' },
    { req: { headers: { authorization: 'Bearer hush' } } },
    { token: 'hush' },
    { openai: { apiKey: 'hush' } },
    { event: { email: 'hush' } },
    { failed: { raw: 'hush' } },
  ])('never shows secrets or events: %j', (fields) => {
    const { log, lines } = capture();
    log.info(fields, 'here');
    expect(lines.join('')).not.toContain('hush');
  });

  it('shows code and cause of an error, without the values that parsers quote', () => {
    const { log, last, lines } = capture();
    let cause: unknown;
    try {
      JSON.parse('{"email":"hush@example.com"');
    } catch (error) {
      cause = error;
    }
    try {
      JSON.parse('hush "me" now');
    } catch (error) {
      log.error({ err: error }, 'bad');
    }
    log.error({ err: new SentinelError('engine_unavailable', 'The disk is gone.', { cause }) }, 'failed');
    expect(last()).toMatchObject({
      err: {
        type: 'SentinelError',
        message: 'The disk is gone.',
        code: 'engine_unavailable',
        retryable: true,
        cause: { type: 'SyntaxError' },
      },
    });
    expect(lines.join('')).not.toContain('hush');
  });

  it('writes everything before the end, from a worker thread too', async () => {
    const script = `
      import { Worker, isMainThread } from 'node:worker_threads';
      const { createLogger } = await import(process.argv[1]);
      const log = createLogger({ level: 'info', format: 'auto' });
      log.info('main');
      new Worker(
        "import(process.argv[1]).then(({ createLogger }) => createLogger({ level: 'info', format: 'auto' }).info('worker'))",
        { eval: true, argv: [process.argv[1]] },
      );`;
    const built = new URL('../../dist/index.js', import.meta.url).href;
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--input-type=module',
      '-e',
      script,
      built,
    ]);
    const messages = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(messages.sort()).toEqual(['main', 'worker']);
  });

  it('writes why a thread dies, also when its writes to files have to wait', async () => {
    const thread = `
      Promise.all([import('node:worker_threads'), import(process.argv.at(-1))]).then(
        ([{ parentPort }, { createLogger }]) => {
          const log = createLogger({ level: 'info', format: 'json' });
          parentPort.once('message', () => {
            log.fatal('why');
            setImmediate(() => { throw new Error('dies'); });
          });
          parentPort.postMessage('ready');
        },
      );`;
    const script = `
      import { pbkdf2 } from 'node:crypto';
      import { Worker } from 'node:worker_threads';
      const worker = new Worker(${JSON.stringify(thread)}, { eval: true, argv: [process.argv[1]] });
      worker.on('error', ({ message }) => process.exit(message === 'dies' ? 1 : 2));
      worker.once('message', () => {
        // The one thread that writes to files is busy.
        pbkdf2('', '', 500_000, 64, 'sha512', () => undefined);
        worker.postMessage('die');
      });`;
    const built = new URL('../../dist/index.js', import.meta.url).href;
    const ended = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, built], {
      env: { ...process.env, UV_THREADPOOL_SIZE: '1' },
    });
    await expect(ended).rejects.toMatchObject({ code: 1, stdout: expect.stringMatching(/"msg":"why"/) });
  });
});
