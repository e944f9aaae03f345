import type { z } from 'zod';
import type { ReadContext } from './environment.ts';
import type { SourceSettings, rateLimit } from './source-settings.ts';
import type { RateLimit, SourceConfig } from './types.ts';
import { readVerify } from './verify.ts';

/** The sources with their secrets. Adds a line to `problems` for each thing that is wrong; shows no secret. */
export function readSources(
  sources: Record<string, SourceSettings>,
  from: ReadContext,
): Record<string, SourceConfig> {
  return Object.fromEntries(
    Object.entries(sources).map(([source, settings]) => {
      const { verify, rate_limit: limit, headers, contract, version, id, events, respond } = settings;
      return [
        source,
        withoutUndefined({
          contract:
            typeof contract === 'object' ? { ...contract, from: lowerCased(contract.from) } : contract,
          version: typeof version === 'object' ? { from: lowerCased(version.from) } : version,
          verify: verify && readVerify(verify, `sources.${source}.verify`, from),
          id: id && lowerCased(id),
          idDays: settings.id_days,
          headers: headers?.map((header) => header.toLowerCase()),
          events,
          respond,
          allowIps: settings.allow_ips,
          rateLimit: limit && toRateLimit(limit),
        }),
      ];
    }),
  );
}

/** So that equal configs are equal objects. */
function withoutUndefined(source: SourceConfig): SourceConfig {
  return Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined));
}

/** Names of headers have no case. */
const lowerCased = (from: string): string => (from.startsWith('header:') ? from.toLowerCase() : from);

export function toRateLimit(limit: z.output<typeof rateLimit>): RateLimit {
  const { requests_per_second: requestsPerSecond, burst } = limit;
  return { requestsPerSecond, burst: burst ?? Math.max(1, Math.ceil(requestsPerSecond * 2)) };
}

/** What is wrong with sources that others than this machine reach; each with the line that mends it. */
export function openSources(sources: Record<string, SourceConfig>): string[] {
  return Object.entries(sources).flatMap(([source, { verify }]) =>
    verify?.type === 'none' && verify.public !== true
      ? [
          `sources.${source}.verify: type none lets everyone who reaches this address send; if that is meant, write\n      ${source}: { verify: { type: none, public: true } }\n    else name how its requests are signed, such as { type: hmac, … } or { type: bearer, secret_env: … }`,
        ]
      : [],
  );
}
