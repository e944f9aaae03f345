import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Problem } from '../api/problem.ts';
import type { Role } from '../api/route.ts';
import { type Result, fail, ok } from '../model/result.ts';
import { refuseForeignAct, refuseNotLocal } from './browser.ts';
import { type Keys, looksLikeKey } from './keys.ts';
import { createBuckets } from './rate-limit.ts';

/** The sender of a request. */
export interface Actor {
  /** The key's id; `token` with SENTINEL_API_TOKEN, `local` without a key. */
  id: string;
  name: string;
  role: Role;
  /** The only source that it may send for. */
  source?: string;
}

export interface Need {
  role: Role;
  /** The source in the path of an ingest request. */
  source?: string;
}

export type Head = Pick<IncomingMessage, 'headers' | 'method' | 'socket'>;
export type Authorize = (request: Head, need: Need) => Result<Actor, Problem>;

export interface AccessOptions {
  token?: string;
  keys: Pick<Keys, 'find' | 'areNeeded' | 'used'>;
  clientAddress: (request: Head) => string;
  now?: () => number;
}

/** What each role may do beside its own. */
const includes: Record<Role, readonly Role[]> = {
  ingest: ['ingest'],
  read: ['read'],
  operate: ['operate', 'read', 'ingest'],
  admin: ['admin', 'operate', 'read', 'ingest'],
};

/** A shorter one can be guessed; it is taken on loopback only. */
export const shortestToken = 16;

/** Wrong keys of one address: some at once, then one every ten seconds. */
const wrongKeys = { requestsPerSecond: 0.1, burst: 30 };
const maxShutOut = 10_000;

export const local: Actor = { id: 'local', name: 'local', role: 'admin' };
const tokenHolder: Actor = { id: 'token', name: 'SENTINEL_API_TOKEN', role: 'admin' };

/**
 * Finds the sender of a request, and whether the sender may make it. Once there is a token or an admin key, every request needs a key; until
 * then whoever is on this machine may do all. A key that is sent is always held to its role.
 */
export function createAuthorize({ token, keys, clientAddress, now = Date.now }: AccessOptions): Authorize {
  const tokenDigest = token === undefined ? undefined : digest(token);
  const canBeGuessed = token !== undefined && token.length < shortestToken;
  const take = createBuckets(wrongKeys, now);
  /** Until when, by address. */
  const shutOut = new Map<string, number>();

  function identify(request: Head): Result<Actor, Problem> {
    const text = keyOf(request);
    const isOpen = tokenDigest === undefined && !keys.areNeeded();
    if (isOpen) {
      const refusal = refuseNotLocal(request);
      if (refusal !== undefined) return fail(refusal);
      if (text === undefined || !looksLikeKey(text)) return ok(local);
    }
    if (text === undefined) return fail(unauthorized);

    const key = keys.find(text);
    if (key !== undefined) {
      if (key.expires_at !== undefined && Date.parse(key.expires_at) <= now())
        return fail({ ...unauthorized, detail: `The key "${key.name}" has expired. ${howToSend}` });
      keys.used(key.id);
      return ok(key);
    }
    return byToken(text, clientAddress(request));
  }

  /**
   * Who has sent too many wrong keys is not told whether this one is a token that can be guessed. One that can't be is always taken:
   * many senders may share the address of a proxy.
   */
  function byToken(text: string, address: string): Result<Actor, Problem> {
    const until = shutOut.get(address) ?? 0;
    const isShutOut = until > now();
    const isToken = tokenDigest !== undefined && timingSafeEqual(digest(text), tokenDigest);
    if (isToken && !(isShutOut && canBeGuessed)) return ok(tokenHolder);
    if (isShutOut) return fail(tooManyWrong(Math.ceil((until - now()) / 1000)));
    const wait = take(address);
    if (wait === undefined) return fail(unauthorized);
    // To forget all of them only lets a little more through.
    if (shutOut.size >= maxShutOut) shutOut.clear();
    shutOut.set(address, now() + wait * 1000);
    return fail(tooManyWrong(wait));
  }

  return (request, need) => {
    const foreign = refuseForeignAct(request);
    if (foreign !== undefined) return fail(foreign);
    const actor = identify(request);
    if (!actor.ok) return actor;
    const { role, source } = actor.value;
    if (!includes[role].includes(need.role)) return fail(forbidden(role, need.role));
    if (source !== undefined && source !== need.source) return fail(otherSource(source));
    return actor;
  };
}

/** The text after `Bearer`, in any case, or of X-API-Key. */
function keyOf({ headers }: Head): string | undefined {
  const bearer = /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
  const own = headers['x-api-key'];
  return bearer ?? (typeof own === 'string' && own !== '' ? own : undefined);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

const howToSend =
  'Send one in the header "Authorization: Bearer <key>" or "X-API-Key: <key>": the value of SENTINEL_API_TOKEN, or a key that "sentinel keys create" made.';

const unauthorized: Problem = {
  status: 401,
  code: 'unauthorized',
  title: 'Key needed',
  detail: howToSend,
};

function tooManyWrong(retryAfter: number): Problem {
  return {
    status: 429,
    code: 'too_many_wrong_keys',
    title: 'Too many wrong keys',
    detail: 'This address has sent too many wrong keys. Wait, and check the key.',
    retryAfter,
  };
}

const forbidden = (role: Role, needed: Role): Problem => ({
  status: 403,
  code: 'forbidden',
  title: 'This key may not do that',
  detail: `The key has the role "${role}"; this request needs "${needed}". Make one with: sentinel keys create --role ${needed}`,
});

const otherSource = (source: string): Problem => ({
  status: 403,
  code: 'source_not_allowed',
  title: 'This key may not do that',
  detail: `The key may only send events of one source: POST /ingest/${source}`,
});
