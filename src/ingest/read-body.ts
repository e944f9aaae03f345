import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type Result, fail, ok } from '../model/result.ts';
import type { Problem } from '../api/problem.ts';

const unzip = promisify(gunzip);

/**
 * The whole body of a request, unpacked. The limit holds for the bytes on the wire and for the unpacked ones, so a
 * small archive that unpacks without end is refused. Rejects when the client goes away.
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Result<Buffer, Problem>> {
  const encoding = request.headers['content-encoding'];
  const zipped = encoding === 'gzip' || encoding === 'x-gzip';
  if (encoding !== undefined && !zipped && encoding !== 'identity') return fail(unknownEncoding(encoding));
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return fail(tooLarge(maxBytes));

  const bytes = await collect(request, maxBytes);
  if (bytes === undefined) return fail(tooLarge(maxBytes));
  if (!zipped) return ok(bytes);
  try {
    return ok(await unzip(bytes, { maxOutputLength: maxBytes }));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return fail(tooLarge(maxBytes));
    return fail({
      status: 400,
      code: 'invalid_gzip',
      title: 'Invalid gzip',
      detail: 'The header says Content-Encoding: gzip, but the body is not a gzip archive.',
    });
  }
}

/** `undefined` when there are more than `maxBytes`. */
function collect(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) {
        request.removeAllListeners('data');
        request.resume();
        resolve(undefined);
      } else chunks.push(chunk);
    });
    request.on('end', () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, size)));
    request.on('error', reject);
  });
}

function tooLarge(maxBytes: number): Problem {
  return {
    status: 413,
    code: 'body_too_large',
    title: 'Body too large',
    detail: `At most ${maxBytes} bytes are taken in one request (http.max_body_bytes). Split it.`,
  };
}

function unknownEncoding(encoding: string): Problem {
  return {
    status: 415,
    code: 'unsupported_encoding',
    title: 'Unsupported content encoding',
    detail: `Content-Encoding "${encoding.slice(0, 40)}" is not known; send the body plain or with gzip.`,
  };
}
