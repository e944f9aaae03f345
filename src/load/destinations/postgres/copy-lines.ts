import { once } from 'node:events';
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
  let timer: NodeJS.Timeout | undefined;
  const done = new Promise((resolve, reject) => {
    copy.on('finish', resolve);
    // It may come a second time, when the connection is given up.
    copy.on('error', reject);
    // The client's own time limit is not for streams.
    timer = setTimeout(() => {
      const message = `PostgreSQL did not take the rows within ${answerMs} ms`;
      const error = new SentinelError('destination_unavailable', message);
      reject(error);
      copy.destroy(error);
    }, answerMs);
  });
  done.catch(() => undefined); // it is looked at below
  try {
    for (const piece of piecesOf(lines))
      if (!copy.write(piece)) await Promise.race([once(copy, 'drain'), done]);
    copy.end();
    await done;
    return copy.rowCount;
  } finally {
    clearTimeout(timer);
  }
}
