import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import type { Problem } from '../api/problem.ts';
import { type Result, fail, ok } from '../model/result.ts';

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
export async function unpack(
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
