import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { SentinelError } from '../../../model/errors.ts';
import type { Line } from './row-lines.ts';

/** Bytes that are sent at once, unless a line is longer. */
const pieceBytes = 1 << 20;

function* piecesOf(lines: readonly Line[]): Generator<Buffer> {
  let left = 0;
  for (const { start, end } of lines) left += end - start;
  let piece = Buffer.allocUnsafeSlow(Math.min(left, pieceBytes));
  let used = 0;
  for (const { chunk, start, end } of lines) {
    const length = end - start;
    if (used + length > piece.length) {
      yield piece.subarray(0, used);
      piece = Buffer.allocUnsafeSlow(Math.max(length, Math.min(left, pieceBytes)));
      used = 0;
    }
    chunk.bytes.copy(piece, used, start, end);
    used += length;
    left -= length;
  }
  yield piece.subarray(0, used);
}

/** Hands the lines to a COPY statement, and returns how many rows the server has written. */
export async function copyLines(
  client: PoolClient,
  statement: string,
  lines: readonly Line[],
  answerMs: number,
): Promise<number> {
  const copy = client.query(copyFrom(statement));
  // The client's own time limit is not for streams.
  const signal = AbortSignal.timeout(answerMs);
  try {
    await pipeline(Readable.from(piecesOf(lines), { objectMode: false }), copy, { signal });
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
