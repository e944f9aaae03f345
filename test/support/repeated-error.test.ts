import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { SentinelError } from '../../src/model/errors.ts';
import { createLogger } from '../../src/support/log.ts';
import { createPatience } from '../../src/support/patience.ts';
import { repeatedError } from '../../src/support/repeated-error.ts';

interface Line {
  msg: string;
  attempt?: number;
  err: { message: string; code?: string; stack?: string; cause?: { message: string; stack?: string } };
}

function recordedLog() {
  const lines: Line[] = [];
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()) as Line);
      done();
    },
  });
  return { lines, log: createLogger({ level: 'info', format: 'json' }, { destination }) };
}

const down = () =>
  new SentinelError('destination_unavailable', 'the database is away', { cause: new Error('refused') });

describe('an error that comes again', () => {
  it('is told once with its stack, and when it is over; not at each try', async () => {
    const { lines, log } = recordedLog();
    let tries = 0;
    const work = () => (++tries < 4 ? Promise.reject(down()) : Promise.resolve());
    await createPatience(log).until(work, { failed: 'not done', recovered: 'done', fields: {} });
    expect(lines).toMatchObject([
      {
        msg: expect.stringContaining('not done') as string,
        attempt: 1,
        err: {
          message: 'the database is away',
          code: 'destination_unavailable',
          stack: expect.any(String) as string,
          cause: { message: 'refused', stack: expect.any(String) as string },
        },
      },
      { msg: 'done', attempt: 4 },
    ]);
  });

  it('is told again after a minute, by message and code', () => {
    let now = 0;
    const repeated = repeatedError(() => now);
    const { lines, log } = recordedLog();
    for (now = 0; now <= 120_000; now += 10_000) {
      const err = repeated.due(down());
      if (err !== undefined) log.error({ err }, 'failed');
    }
    expect(lines.map(({ err }) => err.stack !== undefined)).toEqual([true, false, false]);
    expect(lines[1]!.err).toMatchObject({ message: 'the database is away', cause: { message: 'refused' } });
  });

  it('of another kind, or after it was over, is told in full again', () => {
    const { lines, log } = recordedLog();
    const repeated = repeatedError();
    const other = new SentinelError('engine_unavailable', 'away');
    for (const error of [down(), down(), other, other]) log.warn({ err: repeated.next(error) }, 'failed');
    repeated.over();
    log.warn({ err: repeated.next(other) }, 'failed');
    expect(lines.map(({ err }) => err.stack !== undefined)).toEqual([true, false, true, false, true]);
  });
});
