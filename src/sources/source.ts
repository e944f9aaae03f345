import type { IncomingMessage } from 'node:http';
import { addressesOf, withoutPort } from './addresses.ts';
import type { ContractRule, SourceConfig } from '../config/types.ts';
import { segmentsOf } from '../model/pointer.ts';
import { headerOf } from './place.ts';
import { type RateLimit, createBuckets } from './rate-limit.ts';
import { presets } from './verify/presets.ts';
import type { Outside, Sample, Signed, SignedRequest, Verdict, VerifySettings } from './verify/scheme.ts';

/** A sender as the settings describe it, made ready for its requests. */
export interface Source {
  /** Undefined for `POST /ingest`. */
  name: string | undefined;
  /** It stands in the settings. */
  known: boolean;
  verify: VerifySettings | undefined;
  /**
   * Its requests prove by themselves who sent them, or its settings say that everyone may send: no key is asked for. What
   * `check` refuses is refused whatever key comes with it.
   */
  authenticates: boolean;
  check: (request: SignedRequest) => Verdict | Promise<Verdict>;
  sign?: (sample: Sample) => Signed;
  /** Where the ids of deliveries are: headers, and JSON Pointers into each event; the first that has a value counts. */
  idHeaders: readonly string[];
  idPointers: readonly string[];
  /** The settings or the preset name the place. */
  hasOwnId: boolean;
  idTtlMs: number;
  /** Headers that go with its events. */
  headers: readonly string[];
  /** Where the events are in an envelope of many. */
  events: readonly string[] | undefined;
  contract: string | ContractRule | undefined;
  /** The status of the answer. */
  respond: number;
  allows: (address: string) => boolean;
  /** Takes a place in its rate; says how many seconds to wait when there is none. */
  take: () => number | undefined;
}

/** Headers by which senders say that two requests are the same delivery, whoever they are. */
const usualIds = ['idempotency-key', 'webhook-id'];
const defaultIdDays = 30;
const dayMs = 86_400_000;

export type Sources = (name: string | undefined) => Source;

/** Finds the sender of a request; one that the settings do not name is an open one, which needs a key. */
export function createSources(
  configured: Readonly<Record<string, SourceConfig>>,
  outside: Outside = {},
): Sources {
  const known = new Map(
    Object.entries(configured).map(([name, settings]) => [name, createSource(name, settings, outside)]),
  );
  const open = createSource(undefined, {}, outside);
  const unnamed = new Map<string, Source>();
  return (name) => {
    if (name === undefined) return open;
    const found = known.get(name) ?? unnamed.get(name);
    if (found !== undefined) return found;
    const made = { ...open, name };
    // Anybody may make up names.
    if (unnamed.size < maxUnnamed) unnamed.set(name, made);
    return made;
  };
}

const maxUnnamed = 1000;

function createSource(name: string | undefined, settings: SourceConfig, outside: Outside): Source {
  const { verify, contract, version } = settings;
  const preset = verify === undefined ? undefined : presets.get(verify.type);
  const verifier = verify && preset?.create(verify, outside);
  const isOpen = verify === undefined || (verify.type === 'none' && verify.public !== true);
  const rules = [contract, version].flatMap((rule) => (typeof rule === 'object' ? rule.from : []));
  const ids = [settings.id ?? preset?.id ?? []].flat();
  return {
    name,
    known: name !== undefined,
    verify,
    authenticates: !isOpen,
    check: verifier?.verify ?? (() => ({ kind: 'verified' })),
    sign: verifier?.sign,
    idHeaders: ids.length > 0 ? ids.flatMap((place) => headerOf(place) ?? []) : usualIds,
    idPointers: ids.filter((place) => headerOf(place) === undefined),
    hasOwnId: ids.length > 0,
    idTtlMs: (settings.idDays ?? defaultIdDays) * dayMs,
    headers: [...new Set([...(settings.headers ?? []), ...rules.flatMap((place) => headerOf(place) ?? [])])],
    events: settings.events === undefined ? undefined : segmentsOf(settings.events),
    contract,
    respond: settings.respond ?? preset?.respond ?? 202,
    allows: settings.allowIps === undefined ? () => true : addressesOf(settings.allowIps),
    take: takeFrom(settings.rateLimit),
  };
}

function takeFrom(limit: RateLimit | undefined): () => number | undefined {
  const buckets = createBuckets(limit);
  return () => buckets('');
}

/** Who sent a request: the nearest address that is no proxy of ours, as those proxies say. */
export function createClientAddress(
  trustedProxies: readonly string[],
): (request: Pick<IncomingMessage, 'socket' | 'headers'>) => string {
  if (trustedProxies.length === 0) return ({ socket }) => socket.remoteAddress ?? 'unknown';
  const isTrusted = addressesOf(trustedProxies);
  return ({ socket, headers }) => {
    const forwarded = String(headers['x-forwarded-for'] ?? '')
      .split(',')
      .map(withoutPort);
    let address = socket.remoteAddress ?? 'unknown';
    while (isTrusted(address) && forwarded.length > 0) {
      const before = forwarded.pop()!;
      if (before !== '') address = before;
    }
    return address;
  };
}
