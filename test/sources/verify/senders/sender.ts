import { createHmac } from 'node:crypto';
import type { VerifySettings } from '../../../../src/sources/verify/scheme.ts';

export interface SentRequest {
  headers: Record<string, string>;
  /** Path and query; default `/ingest/sender`. */
  path?: string;
}

export interface Sender {
  type: string;
  settings?: Partial<VerifySettings>;
  /** The secret in use, and the one before. */
  secrets: [string, string];
  /** Signs as the vendor does: with its own library where npm has it, else by the letter of its documentation. */
  sign: (body: string, secret: string, at: number) => Promise<SentRequest> | SentRequest;
  /** Where the signature is. */
  header: string;
  /** What stands around the signature in the header. */
  pattern?: RegExp;
  /** The time is signed, and old ones are refused. */
  timed?: boolean;
}

export const mac = (
  algorithm: string,
  secret: string | Buffer,
  text: string,
  encoding: 'hex' | 'base64' = 'hex',
): string => createHmac(algorithm, secret).update(text).digest(encoding);
export const secrets: [string, string] = ['the secret of today', 'the secret of yesterday'];
export const publicUrl = 'https://hooks.example.com/in/sender';
