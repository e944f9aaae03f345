import type { IncomingMessage } from 'node:http';
import type { Problem } from '../api/problem.ts';
import { isRetryable } from '../model/errors.ts';
import type { Refusals } from '../sources/refusals.ts';
import { tooMany } from '../sources/rate-limit.ts';
import type { Source } from '../sources/source.ts';
import type { Verdict } from '../sources/verify/scheme.ts';
import type { Body } from './read-body.ts';
import { addressNotAllowed, notVerifiable, notVerified } from './problems.ts';

export interface AdmitOptions {
  /** Whether a request with this key, or without one, may send for the source. */
  authorize: (request: IncomingMessage, source: string | undefined) => Problem | undefined;
  /** The limit of each client address. */
  rateLimit: (address: string) => number | undefined;
  clientAddress: (request: IncomingMessage) => string;
  refusals: Refusals;
}

/** Says no before a byte of the body is read: to addresses, keys and rates. */
export function createAdmit(options: AdmitOptions) {
  const { authorize, rateLimit, clientAddress, refusals } = options;

  return (request: IncomingMessage, source: Source): Problem | undefined => {
    const address = clientAddress(request);
    const refused = (reason: string, problem: Problem): Problem => {
      refusals.count(source.name, reason, address);
      return problem;
    };
    if (!source.allows(address)) return refused('address_not_allowed', addressNotAllowed);
    const refusal = source.authenticates ? undefined : authorize(request, source.name);
    if (refusal !== undefined) return refused(refusal.code, refusal);
    const seconds = rateLimit(address);
    if (seconds !== undefined) return refused('too_many_requests', tooMany('address', seconds));
    const wait = source.take();
    return wait === undefined ? undefined : refused('too_many_requests', tooMany('source', wait));
  };
}

/**
 * Checks the signature over the bytes as they came; of a packed body over the unpacked ones, too, as senders differ in which of
 * the two they sign. `isKnown` tells whether a delivery that comes too late has come before.
 */
export async function verifySource(
  request: IncomingMessage,
  source: Source,
  { wire, plain }: Body,
): Promise<Verdict | { kind: 'unavailable' }> {
  const { method = 'POST', url = '', headers } = request;
  try {
    const verdict = await source.check({ method, url, headers, body: wire });
    if (verdict.kind !== 'refused' || wire === plain) return verdict;
    return await source.check({ method, url, headers, body: plain });
  } catch (error) {
    if (isRetryable(error)) return { kind: 'unavailable' };
    throw error;
  }
}

export function problemOfVerdict(
  verdict: Exclude<Awaited<ReturnType<typeof verifySource>>, { kind: 'verified' }>,
): Problem {
  if (verdict.kind === 'unavailable') return notVerifiable;
  return notVerified(verdict.kind === 'late' ? 'timestamp_too_old' : verdict.reason);
}
