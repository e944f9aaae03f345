import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { SentinelError } from '../../../model/errors.ts';
import type { Line } from './row-lines.ts';

const piece = 1 << 20;

/** Hands the lines to a COPY statement, and returns how many rows the server has written. */
export async function copyLines(
  client: PoolClient,
  statement: string,
  lines: readonly Line[],
  answerMs: number,
): Promise<number> {
  function* pieces(): Generator<Buffer> {
    let text = '';
    for (const line of lines) {
      text += line.text;
      if (text.length < piece) continue;
      yield Buffer.from(text);
      text = '';
    }
    yield Buffer.from(text);
  }
  const copy = client.query(copyFrom(statement));
  // The client's own time limit is not for streams.
  const signal = AbortSignal.timeout(answerMs);
  try {
    await pipeline(Readable.from(pieces(), { objectMode: false }), copy, { signal });
    return copy.rowCount;
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new SentinelError(
      'destination_unavailable',
      `PostgreSQL did not take the rows within ${answerMs} ms`,
      { cause: error },
    );
  }
}
