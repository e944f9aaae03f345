import type { IncomingMessage } from 'node:http';
import type { Problem } from '../api/problem.ts';
import { type Result, fail, ok } from '../model/result.ts';
import { unpack } from './content-encoding.ts';

/** The bytes of a body as they came, and unpacked. */
export interface Body {
  wire: Buffer;
  plain: Buffer;
}

/**
 * The whole body of a request, as received and unpacked. The limit holds for the bytes on the wire and after each layer,
 * so a small archive that unpacks without end is refused. Rejects when the client goes away.
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Result<Body, Problem>> {
  const encoding = request.headers['content-encoding'];
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return fail(tooLarge(maxBytes));

  const wire = await collect(request, maxBytes);
  if (wire === undefined) return fail(tooLarge(maxBytes));
  if (encoding === undefined) return ok({ wire, plain: wire });
  const plain = await unpack(wire, encoding, maxBytes);
  if (plain.ok) return ok({ wire, plain: plain.value });
  return fail(plain.error === 'too_large' ? tooLarge(maxBytes) : plain.error);
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
