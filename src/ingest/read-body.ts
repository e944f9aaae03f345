import type { IncomingMessage } from 'node:http';
import type { Problem } from '../api/problem.ts';
import { type Result, fail, ok } from '../model/result.ts';
import type { Hand } from './bytes-in-hand.ts';
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';

/** The bytes of a body as they came, and unpacked. */
export interface Body {
  wire: Buffer;
  plain: Buffer;
}

/**
 * The whole body of a request, as received and unpacked. The limit holds for the bytes on the wire and after each layer,
 * so a small archive that unpacks without end is refused. `hand` holds for all requests together. Rejects when the client
 * goes away.
 */
export async function readBody(
  request: IncomingMessage,
  maxBytes: number,
  hand: Hand,
): Promise<Result<Body, Problem>> {
  const encoding = request.headers['content-encoding'];
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return fail(tooLarge(maxBytes));

  const read = await collect(request, maxBytes, hand);
  if (!read.ok) return read;
  const wire = read.value;
  if (encoding === undefined) return ok({ wire, plain: wire });
  // How large it is unpacked is known afterwards.
  const most = /^(?:x-)?gzip$|^deflate$/i.test(encoding)
    ? Math.min(maxBytes, wire.length * mostTimes)
    : maxBytes;
  if (!(await hand.takeInTime(most))) return fail(busy);
  const plain = await unpack(wire, encoding, maxBytes);
  if (plain.ok) hand.give(Math.max(0, most - plain.value.length));
  if (plain.ok) return ok({ wire, plain: plain.value });
  return fail(plain.error === 'too_large' ? tooLarge(maxBytes) : plain.error);
}

/** No archive of gzip or deflate holds more than 1032 times its size; of others nothing is known. */
const mostTimes = 1032;

function collect(request: IncomingMessage, maxBytes: number, hand: Hand): Promise<Result<Buffer, Problem>> {
  return new Promise((resolve, reject) => {
    const giveUp = (problem: Problem): void => {
      request.removeAllListeners('data');
      request.resume();
      resolve(fail(problem));
    };
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) giveUp(tooLarge(maxBytes));
      else if (!hand.take(chunk.length)) giveUp(busy);
      else chunks.push(chunk);
    });
    request.on('end', () => resolve(ok(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size))));
    request.on('error', reject);
  });
}

const busy: Problem = {
  status: 503,
  code: 'too_much_in_hand',
  title: 'Too many large requests at a time',
  detail: 'Nothing of this request was stored. Send it again in a moment.',
  retryAfter: 1,
};

function tooLarge(maxBytes: number): Problem {
  return {
    status: 413,
    code: 'body_too_large',
    title: 'Body too large',
    detail: `At most ${maxBytes} bytes are taken in one request (http.max_body_bytes). Split it.`,
  };
}

type Unpack = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

/** Newer than the oldest Node that we run on. */
const { zstdDecompress } = zlib as { zstdDecompress?: typeof zlib.gunzip };

const gunzip = promisify(zlib.gunzip) as Unpack;
const brotli = promisify(zlib.brotliDecompress) as Unpack;
const decoders: Readonly<Record<string, Unpack>> = {
  gzip: gunzip,
  'x-gzip': gunzip,
  deflate: inflate,
  br: brotli,
  ...(zstdDecompress !== undefined && { zstd: promisify(zstdDecompress) }),
};

/** That nothing is packed; some senders name the character set here. */
const plainNames = new Set(['', 'identity', 'none', 'utf-8', 'utf8']);

/** More layers than one have no use; they only multiply the work. */
const maxLayers = 2;

/** Unpacks a body, layer by layer; the encoding applied last is named last. No layer may have more than `maxBytes`. */
async function unpack(
  bytes: Buffer,
  contentEncoding: string,
  maxBytes: number,
): Promise<Result<Buffer, Problem | 'too_large'>> {
  const names = contentEncoding
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => !plainNames.has(name));
  if (names.length > maxLayers || names.some((name) => !Object.hasOwn(decoders, name)))
    return fail(unknownEncoding(contentEncoding));
  let plain = bytes;
  for (const name of names.toReversed()) {
    try {
      plain = await decoders[name]!(plain, { maxOutputLength: maxBytes });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return fail('too_large');
      return fail(notEncodedSo(name));
    }
  }
  return ok(plain);
}

/** By the standard it is zlib's format; some senders leave its frame out. */
async function inflate(bytes: Buffer, options: { maxOutputLength: number }): Promise<Buffer> {
  const hasFrame = bytes.length >= 2 && (bytes[0]! & 0x0f) === 8 && bytes.readUInt16BE(0) % 31 === 0;
  return (promisify(hasFrame ? zlib.inflate : zlib.inflateRaw) as Unpack)(bytes, options);
}

function notEncodedSo(name: string): Problem {
  const known = name === 'x-gzip' ? 'gzip' : name;
  return {
    status: 400,
    code: `invalid_${known}`,
    title: `Invalid ${known}`,
    detail: `The header says Content-Encoding: ${known}, but the body is not encoded so.`,
  };
}

function unknownEncoding(encoding: string): Problem {
  return {
    status: 415,
    code: 'unsupported_encoding',
    title: 'Unsupported content encoding',
    detail: `Content-Encoding "${encoding.slice(0, 40)}" is not known; send the body plain or with one of ${Object.keys(decoders).join(', ')}.`,
  };
}
