import type { Violation } from '../model/violation.ts';

/** A refusal that goes to the client as `application/problem+json` (RFC 9457). */
export interface Problem {
  status: 400 | 401 | 403 | 404 | 405 | 408 | 409 | 413 | 415 | 417 | 422 | 429 | 431 | 500 | 503;
  /** Stable, for machines; also the last part of the problem's `type`. */
  code: string;
  title: string;
  /** What to change, for a person. */
  detail: string;
  /** Which parts of the request are meant, e.g. lines of NDJSON (from 1) or elements of an array (from 0). */
  errors?: readonly { line?: number; index?: number; detail: string }[];
  /** How an event that was sent breaks its contract. */
  violations?: readonly Violation[];
  /** Seconds until the same request may succeed. */
  retryAfter?: number;
}

export const problemMediaType = 'application/problem+json';

export function problemBody(problem: Problem): string {
  const { code, title, status, detail, errors, violations } = problem;
  const type = `urn:data-sentinel:problem:${code}`;
  return JSON.stringify({ type, title, status, code, detail, errors, violations });
}
